/// DSSE envelopes and in-toto statements: what others can check with tools of their own.
package dev.repro.attest;
