//! Money: anchors records, captures fees, turns receipts into payouts and payouts into claims.
