/// DSSE envelopes and in-toto statements: what others can check with tools of their own.
///
/// [Envelope] reads and writes DSSE 1.0.2 and makes the one thing that may be trusted, [Envelope.Verified]: the very bytes that were signed.
/// [Statement] is in-toto Statement v1 inside of it. Key ids in an envelope are hints that nobody vouches for; no decision depends on them.
package dev.repro.attest;
