package dev.repro.diffoscopelite;

/// A cause that shows in one pair of differing places, and what shows it.
record Clue(String cause, Proof proof, String a, String b) {}
