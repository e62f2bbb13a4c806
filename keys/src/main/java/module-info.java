/// Public keys, signatures, and everything that sees a private key. Verification needs the JDK alone.
module dev.repro.keys {
    requires transitive dev.repro.base;
    requires static org.bouncycastle.provider;

    exports dev.repro.keys;
}
