//! A vote changes how the next answer is divided.

use primitives::{SharePpm, Wei};
use settlement::{Parameter, Proposal, ProposalState, Role, SplitOptions, Vote};

use crate::world::{World, key, open, options, person, receipt, start};

fn ppm(share: u32) -> SharePpm {
    SharePpm::new(share).expect("at most a whole")
}

fn state(world: &World, proposal: &Proposal) -> ProposalState {
    world.contracts.proposal(&world.chain, proposal.id()).expect("a known proposal").state
}

/// Brings a proposal through vote and timelock.
fn enact(world: &World, voter: &primitives::Key, proposal: &Proposal) {
    let id = proposal.id();
    world.done(voter, &world.contracts.propose(proposal));
    assert_eq!(state(world, proposal), ProposalState::Pending);
    world.seal(20);
    world.done(voter, &world.contracts.cast_vote(id, Vote::For));
    assert_eq!(state(world, proposal), ProposalState::Active);
    world.seal(200);
    assert_eq!(state(world, proposal), ProposalState::Succeeded);
    world.done(&world.payer, &world.contracts.queue_proposal(id));
    assert_eq!(state(world, proposal), ProposalState::Queued);
    let early = world.refusal(voter, &world.contracts.execute_proposal(id));
    assert_eq!(early.name(), Some("TimelockUnexpectedOperationState"), "{early}");
    world.seal(200);
    world.done(&world.payer, &world.contracts.execute_proposal(id));
    assert_eq!(state(world, proposal), ProposalState::Executed);
}

#[test]
fn a_vote_changes_how_the_next_answer_is_divided() {
    let world = start();
    let voter = key(3);
    let chain = &world.chain;
    world.done(&voter, &world.contracts.wrap_votes(open(1_000)));
    world.done(&voter, &world.contracts.delegate_votes(voter.address()));
    world.seal(10);
    let votes = world.contracts.votes(chain, voter.address()).expect("a read");
    assert_eq!((votes.balance, votes.votes), (open(1_000), open(1_000)));
    assert_eq!(votes.delegate, voter.address());
    let now_s = world.time_s.get();
    assert_eq!(world.contracts.quorum(chain, now_s - 1).expect("a read"), open(40));
    let terms = world.contracts.voting_terms(chain).expect("a read");
    assert_eq!((terms.delay_s, terms.period_s, terms.timelock_s), (10, 100, 100));
    assert_eq!(terms.threshold, open(100));

    let before = world.earning(&receipt(1), 1_000_000);
    let split = SplitOptions {
        host_ppm: ppm(90_000),
        treasury_ppm: ppm(80_000),
        ..SplitOptions::default()
    };
    let call = world.contracts.set_split(&split);
    assert_eq!(world.refusal(&world.operator, &call).name(), Some("NotGovernance"));
    let proposal = Proposal { calls: vec![call], description: "a larger treasury".to_owned() };
    let poor = world.refusal(&world.payer, &world.contracts.propose(&proposal));
    assert_eq!(poor.name(), Some("GovernorInsufficientProposerVotes"));
    enact(&world, &voter, &proposal);
    let versions = world.contracts.splits(chain).expect("a read");
    assert_eq!((versions.len(), versions[1].options), (2, split));
    let after = world.earning(&receipt(2), 1_000_000);
    assert_eq!((before.split_version, after.split_version), (1, 2));
    let treasury = |earning: &settlement::Earning| {
        let line = earning.lines.iter().find(|line| line.role == Role::Treasury);
        line.map(|line| line.amount.get())
    };
    assert_eq!((treasury(&before), treasury(&after)), (Some(70_000), Some(80_000)));
    world.done(&voter, &world.contracts.unwrap_votes(open(1_000)));
    let votes = world.contracts.votes(chain, voter.address()).expect("a read");
    assert_eq!(votes.votes, Wei::ZERO);
}

#[test]
fn parameters_move_in_bounded_steps() {
    let world = start();
    let voter = key(3);
    world.done(&voter, &world.contracts.wrap_votes(open(1_000)));
    world.done(&voter, &world.contracts.delegate_votes(voter.address()));
    world.seal(10);
    for (parameter, value) in options().values() {
        let setting = world.contracts.setting(&world.chain, parameter).expect("a read");
        assert_eq!(setting.value, value, "{}", parameter.name());
        assert!(setting.min <= value && value <= setting.max, "{}", parameter.name());
        assert_eq!(Parameter::named(parameter.name()), Some(parameter));
    }
    let bond = open(100).get();
    let calls = vec![
        world.contracts.set_parameter(Parameter::PosterBondWei, bond * 6 / 5),
        world.contracts.set_poster(person(0x77)),
        world.contracts.set_guardian(person(0x78)),
    ];
    let proposal = Proposal { calls, description: "new people".to_owned() };
    enact(&world, &voter, &proposal);
    let chain = &world.chain;
    assert_eq!(world.contracts.poster_bond(chain).expect("a read"), open(120));
    assert_eq!(world.contracts.poster(chain).expect("a read"), person(0x77));
    assert_eq!(world.contracts.guardian(chain).expect("a read"), person(0x78));
    let far = world.contracts.set_parameter(Parameter::PosterBondWei, bond * 3);
    let proposal = Proposal { calls: vec![far], description: "too far".to_owned() };
    let id = proposal.id();
    world.done(&voter, &world.contracts.propose(&proposal));
    world.seal(20);
    world.done(&voter, &world.contracts.cast_vote(id, Vote::For));
    world.seal(200);
    world.done(&voter, &world.contracts.queue_proposal(id));
    world.seal(2_000);
    let refusal = world.refusal(&voter, &world.contracts.execute_proposal(id));
    assert_eq!(refusal.name(), Some("StepTooLarge"), "{refusal}");
}
