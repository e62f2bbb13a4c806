/// Public keys, signatures, and everything that sees a private key. Verification needs the JDK alone.
module dev.repro.keys {
    requires transitive dev.repro.base;

    exports dev.repro.keys;
}
