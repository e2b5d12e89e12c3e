//! Records on chain carry the ids that Rust computes.

use primitives::{Adapter, B256, Snapshot, Wei, keccak256};
use settlement::{Commitment, Feedback, Refusal};

use crate::world::{START_S, id_of, key, open, start};

#[test]
fn anchors_carry_the_ids_that_rust_computes() {
    let world = start();
    let owner = world.payer.address();
    let datanet = keccak256("rust-errors");
    let licence = keccak256("MIT OR Apache-2.0");
    let register = world.contracts.register_datanet(datanet, owner, licence);
    let refusal = world.refusal(&world.operator, &register);
    assert_eq!(refusal, Refusal::NotAuthorized { owner });
    world.done(&world.payer, &world.contracts.authorize_host(world.host(), true));
    assert!(world.contracts.is_host(&world.chain, owner, world.host()).expect("a read"));
    world.done(&world.operator, &register);
    let mut snapshot = Snapshot {
        datanet,
        parent: B256::ZERO,
        root: B256::repeat_byte(1),
        records: 400,
        contributions: B256::repeat_byte(2),
        licence,
        timeS: START_S,
    };
    world.done(&world.operator, &world.contracts.anchor_snapshot(&snapshot));
    let first = id_of(&snapshot);
    snapshot.parent = first;
    snapshot.records = 500;
    world.done(&world.operator, &world.contracts.anchor_snapshot(&snapshot));
    let chain = &world.chain;
    let anchor = world.contracts.datanet(chain, datanet).expect("a read");
    assert_eq!((anchor.owner, anchor.last_snapshot), (owner, id_of(&snapshot)));
    assert_eq!(anchor.licence, licence);
    assert_eq!(world.contracts.snapshot_count(chain, datanet).expect("a read"), 2);
    assert_eq!(world.contracts.snapshot_at(chain, datanet, 0).expect("a read"), first);
    let adapter = Adapter {
        snapshot: id_of(&snapshot),
        base: B256::repeat_byte(3),
        weights: B256::repeat_byte(4),
        options: B256::repeat_byte(5),
        influenceRoot: B256::repeat_byte(6),
        spanIndex: B256::repeat_byte(7),
        rule: "poa/1 with a name that is longer than one word of the EVM".to_owned(),
        owner,
        timeS: START_S + 1,
    };
    let gas = world.done(&world.operator, &world.contracts.anchor_adapter(&adapter));
    println!("anchor adapter: {gas} gas");
    assert!(world.contracts.is_adapter_anchored(chain, id_of(&adapter)).expect("a read"));
    assert!(world.contracts.is_snapshot_anchored(chain, id_of(&snapshot)).expect("a read"));
    let found = world.contracts.adapter(chain, id_of(&adapter)).expect("a read");
    assert_eq!((found.owner, found.influence_root), (owner, adapter.influenceRoot));
    assert_eq!(found.rule, keccak256(&adapter.rule));
    let now_s = world.time_s.get();
    let at = world.contracts.adapter_owner_at(chain, id_of(&adapter), now_s).expect("a read");
    assert_eq!(at, owner);
    let again = world.refusal(&world.operator, &world.contracts.anchor_adapter(&adapter));
    assert_eq!(again, Refusal::Exists { id: id_of(&adapter) });
}

#[test]
fn the_earlier_commitment_wins_whoever_reveals_first() {
    let world = start();
    let owner = world.payer.address();
    let datanet = keccak256("rust-errors");
    let register = world.contracts.register_datanet(datanet, owner, B256::repeat_byte(1));
    world.done(&world.payer, &register);
    let batch = |contributor: &primitives::Key| Commitment {
        contributor: contributor.address(),
        datanet,
        root: B256::repeat_byte(7),
        records: 12,
        salt: B256::repeat_byte(8),
    };
    let (author, thief) = (key(3), key(4));
    world.done(&author, &world.contracts.commit(&batch(&author), Wei::OPEN));
    world.seal(10);
    world.done(&thief, &world.contracts.commit(&batch(&thief), Wei::OPEN));
    world.seal(10);
    world.done(&thief, &world.contracts.reveal(&batch(&thief)));
    let first = || {
        let root = B256::repeat_byte(7);
        world.contracts.first_contribution(&world.chain, root).expect("a read").contributor
    };
    assert_eq!(first(), thief.address());
    world.done(&author, &world.contracts.reveal(&batch(&author)));
    assert_eq!(first(), author.address());
    assert_eq!(world.balance(world.contracts.contributions), 0);
    let unknown = world.refusal(&author, &world.contracts.reveal(&batch(&author)));
    assert_eq!(unknown.name(), Some("CommitmentUnknown"));
    world.done(&author, &world.contracts.commit(&batch(&author), Wei::OPEN));
    world.seal(8 * 86_400);
    let commitment = world.contracts.commitment(&batch(&author));
    let before = world.balance(world.contracts.timelock);
    world.done(&thief, &world.contracts.forfeit(author.address(), commitment));
    assert_eq!(world.balance(world.contracts.timelock), before + open(1).get());
}

#[test]
fn agents_are_registered_and_spoken_of() {
    let world = start();
    let (owner, client) = (key(3), key(4));
    let uri = "https://example.org/agent.json";
    world.done(&owner, &world.contracts.register_agent(uri));
    let chain = &world.chain;
    let numbers = [0_u64, 1].map(primitives::U256::from);
    let mut found =
        numbers.into_iter().filter(|number| world.contracts.agent(chain, *number).is_ok());
    let agent = found.next().expect("a registered agent");
    let anchor = world.contracts.agent(chain, agent).expect("a read");
    assert_eq!((anchor.owner, anchor.uri.as_str()), (owner.address(), uri));
    let word = Feedback {
        agent,
        value: 95,
        decimals: 0,
        tag: "quality".to_owned(),
        uri: String::new(),
        hash: B256::ZERO,
    };
    let own = world.refusal(&owner, &world.contracts.give_feedback(&word));
    assert_eq!(own.name(), Some("SelfFeedback"));
    world.done(&client, &world.contracts.give_feedback(&word));
    let clients = [client.address()];
    let summary = world.contracts.reputation_of(chain, agent, &clients, "quality");
    let summary = summary.expect("a read");
    assert_eq!((summary.count, summary.value, summary.decimals), (1, 95, 0));
    world.done(&owner, &world.contracts.set_agent_uri(agent, "ipfs://x"));
    assert_eq!(world.contracts.agent(chain, agent).expect("a read").uri, "ipfs://x");
}
