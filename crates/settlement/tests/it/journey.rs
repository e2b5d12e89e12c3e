//! From deposit to claim.

use primitives::{Address, B256, RecordShare, Wei, keccak256};
use settlement::{Capture, ChannelTerms, Entitlement, PeriodStatus, Redemption, Refusal, Voucher};

use crate::world::{
    CHAIN_ID, DELAY_S, START_S, WINDOW_S, World, key, open, person, receipt, start,
};

fn entitlement(period: &settlement::ClosedPeriod, account: Address) -> Entitlement {
    period.entitlement(account).expect("a tree").expect("earned")
}

#[test]
fn every_captured_wei_reaches_an_account_once() {
    let world = start();
    world.fund();
    let fees = [(1, 1_000_000_000_000_007), (2, 999_999_999_999_999), (3, 123_456_789)];
    let first = world.pay_out(None, &fees);
    let one = entitlement(&first, person(0x51));
    let gas = world.done(&world.operator, &world.contracts.claim(&one));
    println!("claim: {gas} gas");
    assert_eq!(world.balance(person(0x51)), one.cumulative.get());
    let refusal = world.refusal(&world.operator, &world.contracts.claim(&one));
    let claimed = one.cumulative.to_u256();
    assert_eq!(refusal, Refusal::NothingToClaim { account: person(0x51), claimed });
    assert!(!world.send(&world.operator, &world.contracts.claim(&one)).succeeded);

    let second = world.pay_out(Some(&first), &[(4, 5_000_000_000_000_000)]);
    let stale = world.refusal(&world.operator, &world.contracts.claim(&one));
    assert_eq!(stale, Refusal::WrongProof { account: person(0x51) });
    let all = second.entitlements().expect("a tree");
    let before = all.iter().map(|entitlement| world.balance(entitlement.account));
    let before: Vec<_> = before.collect();
    for call in world.contracts.claims(&all) {
        let gas = world.done(&world.payer, &call);
        println!("claims of {}: {gas} gas", all.len());
    }
    let mut paid = 0;
    for (entitlement, before) in all.iter().zip(before) {
        let account = entitlement.account;
        let claimed = world.contracts.claimed(&world.chain, account).expect("a read");
        assert_eq!(claimed, entitlement.cumulative);
        let own = if account == person(0x51) { one.cumulative.get() } else { 0 };
        if account != world.host() {
            assert_eq!(world.balance(account) + own, before + claimed.get());
        }
        paid += claimed.get();
    }
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!((state.claimed, paid), (state.funded, state.funded.get()));
    assert_eq!(second.balances().of(person(0x54)), Wei::ZERO);
}

#[test]
fn a_payout_counts_after_its_window_and_its_bond_comes_back() {
    let world = start();
    world.fund();
    let earnings = world.earnings(&[(1, 1_000_000)]);
    world.capture(&earnings);
    let period = world.close(None, &earnings);
    let before = world.balance(world.contracts.payouts);
    let gas = world.post(&period);
    assert!(gas < 350_000, "posting costs the same for any number of accounts: {gas} gas");
    let bond = open(100);
    assert_eq!(world.balance(world.contracts.payouts), before + bond.get());
    let posted = world.contracts.posted_period(&world.chain, 1).expect("a read");
    assert_eq!((posted.status, posted.bond), (PeriodStatus::Pending, bond));
    assert_eq!((posted.root, posted.answers), (period.root(), period.payout().answers));
    let one = entitlement(&period, person(0x51));
    let early = world.refusal(&world.operator, &world.contracts.claim(&one));
    assert_eq!(early, Refusal::WrongProof { account: person(0x51) });
    world.activate(&period);
    world.done(&world.operator, &world.contracts.claim(&one));
    world.done(&world.payer, &world.contracts.release(1));
    let withdrawable = world.contracts.withdrawable(&world.chain, world.host()).expect("a read");
    assert_eq!(withdrawable, bond);
    world.done(&world.payer, &world.contracts.withdraw_bonds(world.host()));
    let left = period.total().get() - one.cumulative.get();
    assert_eq!(world.balance(world.contracts.payouts), left);
    let posted = world.contracts.posted_period(&world.chain, 1).expect("a read");
    assert_eq!((posted.status, posted.bond), (PeriodStatus::Released, Wei::ZERO));
}

#[test]
fn the_guardian_stops_a_period_and_the_next_one_takes_its_place() {
    let world = start();
    world.fund();
    let earnings = world.earnings(&[(1, 1_000_000)]);
    world.capture(&earnings);
    let wrong = world.close(None, &earnings);
    world.post(&wrong);
    let refusal = world.refusal(&world.payer, &world.contracts.disable(1));
    assert_eq!(refusal.name(), Some("NotGuardian"));
    world.done(&world.operator, &world.contracts.disable(1));
    let posted = world.contracts.posted_period(&world.chain, 1).expect("a read");
    assert_eq!(posted.status, PeriodStatus::Disabled);
    world.seal(1);
    let right = world.close(None, &earnings);
    assert_eq!(right.payout().period, 1);
    world.post(&right);
    world.activate(&right);
    let one = entitlement(&right, person(0x51));
    world.done(&world.operator, &world.contracts.claim(&one));
}

#[test]
fn earnings_go_to_the_payee_that_was_named() {
    let world = start();
    world.fund();
    let period = world.pay_out(None, &[(1, 1_000_000_000)]);
    let host = world.host();
    world.done(&world.operator, &world.contracts.set_payee(person(0x99)));
    let payee = world.contracts.payee(&world.chain, host).expect("a read");
    assert_eq!((payee.payee, payee.next), (host, Some(person(0x99))));
    world.seal(100);
    let payee = world.contracts.payee(&world.chain, host).expect("a read");
    assert_eq!((payee.payee, payee.next), (person(0x99), None));
    let host = entitlement(&period, host);
    world.done(&world.payer, &world.contracts.claim(&host));
    assert_eq!(world.balance(person(0x99)), host.cumulative.get());
}

#[test]
fn an_answer_is_captured_once_and_never_above_the_limit() {
    let world = start();
    world.fund();
    let earnings = world.earnings(&[(1, 100)]);
    let capture = world.contracts.captures(&world.captures(&earnings)).remove(0);
    world.done(&world.operator, &capture);
    let completion = earnings[0].completion;
    let host = world.host();
    assert!(world.contracts.is_captured(&world.chain, host, completion).expect("a read"));
    let twice = world.refusal(&world.operator, &capture);
    assert_eq!(twice, Refusal::AlreadyCaptured { completion });
    let payer = world.payer.address();
    let fee = open(500);
    let completion = B256::repeat_byte(9);
    let more = world.contracts.captures(&[Capture { payer, completion, fee }]).remove(0);
    let refusal = world.refusal(&world.operator, &more);
    assert!(matches!(refusal, Refusal::AboveFunds { .. }), "{refusal}");
    let stranger = world.refusal(&world.payer, &more);
    assert_eq!(stranger, Refusal::AuthorizationExpired { payer, completion });
}

#[test]
fn a_channel_pays_many_answers_in_one_redemption() {
    let world = start();
    let payer = world.payer.address();
    world.done(&world.payer, &world.contracts.deposit_for(payer, open(10)));
    let voucher = |limit: u128| Voucher {
        escrow: world.contracts.escrow,
        payer,
        host: world.host(),
        limitWei: limit,
        expiresS: START_S + 10_000,
    };
    let signed = voucher(1_000).sign(&world.payer, CHAIN_ID).expect("the payer's key");
    let terms = ChannelTerms {
        chain_id: CHAIN_ID,
        escrow: world.contracts.escrow,
        host: world.host(),
        known_limit: Wei::ZERO,
        now_s: world.time_s.get(),
    };
    signed.accept(&terms).expect("a good voucher");
    let take = |voucher: &settlement::SignedVoucher, amount: u128| {
        let redemption = Redemption { voucher: voucher.clone(), cumulative: Wei::new(amount) };
        world.contracts.redeem(&[redemption]).remove(0)
    };
    world.done(&world.operator, &take(&signed, 600));
    let account = world.contracts.account(&world.chain, payer, world.host()).expect("a read");
    assert_eq!(account.redeemed, Wei::new(600));
    let again = world.refusal(&world.operator, &take(&signed, 600));
    assert_eq!(again.name(), Some("AlreadyRedeemed"));
    let more = world.refusal(&world.operator, &take(&signed, 1_001));
    assert_eq!(more.name(), Some("AboveVoucher"));
    let stranger = world.refusal(&world.payer, &take(&signed, 1_000));
    assert_eq!(stranger.name(), Some("NotVoucherHost"));
    let larger = voucher(6_000).sign(&world.payer, CHAIN_ID).expect("the payer's key");
    let gas = world.done(&world.operator, &take(&larger, 5_000));
    println!("redemption: {gas} gas");
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!(state.funded, Wei::new(5_000));
    let forged = settlement::SignedVoucher { signature: signed.signature, ..larger };
    let refusal = world.refusal(&world.operator, &take(&forged, 6_000));
    assert_eq!(refusal.name(), Some("WrongSignature"), "{refusal}");
    world.seal(10_000 + DELAY_S);
    let late = voucher(9_000).sign(&world.payer, CHAIN_ID).expect("the payer's key");
    let refusal = world.refusal(&world.operator, &take(&late, 9_000));
    assert_eq!(refusal.name(), Some("VoucherExpired"), "{refusal}");
}

#[test]
fn what_is_not_captured_comes_back_after_the_delay() {
    let world = start();
    world.fund();
    let amount = open(200);
    world.done(&world.payer, &world.contracts.request_withdrawal(amount));
    let refusal = world.refusal(&world.payer, &world.contracts.execute_withdrawal());
    let executable_s = world.time_s.get() + DELAY_S;
    assert_eq!(refusal, Refusal::TooEarly { executable_s });
    world.seal(DELAY_S);
    let before = world.balance(world.payer.address());
    world.done(&world.payer, &world.contracts.execute_withdrawal());
    assert!(world.balance(world.payer.address()) > before + open(199).get());
    world.done(&world.payer, &world.contracts.revoke(world.host()));
    let account = world.contracts.account(&world.chain, world.payer.address(), world.host());
    assert_eq!(account.expect("a read").available, Wei::ZERO);
}

#[test]
fn a_batch_of_captures_and_claims_stays_below_its_gas_limit() {
    let world = start();
    world.fund();
    let payer = world.payer.address();
    let capture =
        |number: u8| Capture { payer, completion: keccak256([number]), fee: Wei::new(1_000_000) };
    let batch: Vec<_> = (0..100).map(capture).collect();
    let calls = world.contracts.captures(&batch);
    assert_eq!(calls.len(), 1);
    let gas = world.done(&world.operator, &calls[0]);
    println!("captures of 100: {gas} gas, {} each", gas / 100);
    let period = period_of_a_hundred(&world);
    world.post(&period);
    world.activate(&period);
    let all = period.entitlements().expect("a tree");
    for call in world.contracts.claims(&all) {
        let gas = world.done(&world.operator, &call);
        println!("first claims: {gas} gas");
    }
    let state = world.contracts.payouts_state(&world.chain).expect("a read");
    assert_eq!(state.claimed, Wei::new(100_000_000));
}

fn period_of_a_hundred(world: &World) -> settlement::ClosedPeriod {
    let mut receipt = receipt(1);
    receipt.shares = (0..100_u8)
        .map(|row| RecordShare {
            row: u32::from(row),
            record: keccak256([row]),
            contributor: person(100 + row),
            score: 1,
            spanTokens: 0,
            evidence: 4,
            reason: 0,
            sharePpm: 10_000,
        })
        .collect();
    receipt.unattributedPpm = 0;
    world.close(None, &[world.earning(&receipt, 100_000_000)])
}

#[test]
fn only_the_poster_posts_and_only_what_is_funded() {
    let world = start();
    world.fund();
    let earnings = world.earnings(&[(1, 1_000)]);
    let period = world.close(None, &earnings);
    let post = world.post_call(&period);
    let account = world.payer.address();
    assert_eq!(world.refusal(&world.payer, &post), Refusal::NotPoster { account });
    let refusal = world.refusal(&world.operator, &post);
    assert!(matches!(refusal, Refusal::Unfunded { .. }), "{refusal}");
    world.capture(&earnings);
    let cheap = settlement::ContractCall { value: Wei::OPEN, ..post.clone() };
    assert_eq!(world.refusal(&world.operator, &cheap).name(), Some("WrongBond"));
    world.done(&world.operator, &post);
    let again = world.refusal(&world.operator, &post);
    assert_eq!(again, Refusal::PeriodNotNext { next: 2, period: 1 });
}

#[test]
fn posting_pauses_and_claims_do_not() {
    let world = start();
    world.fund();
    let first = world.pay_out(None, &[(1, 1_000_000)]);
    let earnings = world.earnings(&[(2, 1_000_000)]);
    world.capture(&earnings);
    let second = world.close(Some(&first), &earnings);
    assert_eq!(world.refusal(&key(3), &world.contracts.pause()).name(), Some("NotGuardian"));
    world.done(&world.operator, &world.contracts.pause());
    assert!(world.contracts.is_paused(&world.chain).expect("a read"));
    let paused = world.refusal(&world.operator, &world.post_call(&second));
    assert_eq!(paused.name(), Some("PostingPaused"));
    let one = entitlement(&first, person(0x51));
    world.done(&key(3), &world.contracts.claim(&one));
    world.seal(14 * 86_400 + WINDOW_S);
    world.post(&second);
}
