/// Releases: what they say of their images, how they are signed, and what is checked of them.
module dev.repro.release {
    requires transitive dev.repro.base;
    requires transitive dev.repro.keys;
    requires transitive dev.repro.image;
    requires transitive dev.repro.attest;
    requires transitive dev.repro.tuf;

    exports dev.repro.release;
}
