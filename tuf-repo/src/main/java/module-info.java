/// The Update Framework: metadata and its verification, the client, the repository editor and its stores.
module dev.repro.tuf {
    requires transitive dev.repro.base;
    requires transitive dev.repro.keys;

    exports dev.repro.tuf;
    exports dev.repro.tuf.client;
}
