//! ModelFactory: fine-tunes an adapter on a snapshot.
