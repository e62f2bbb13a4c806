/// DSSE envelopes and in-toto statements: what others can check with tools of their own.
module dev.repro.attest {
    requires transitive dev.repro.base;
    requires transitive dev.repro.keys;

    exports dev.repro.attest;
}
