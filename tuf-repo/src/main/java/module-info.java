/// The Update Framework: metadata and its verification, the client, the repository editor and its stores.
module dev.repro.tuf {
    requires transitive dev.repro.base;
    requires transitive dev.repro.keys;
    requires static org.eclipse.jgit; // the git store alone
    requires static java.net.http; // the S3 store alone

    exports dev.repro.tuf;
    exports dev.repro.tuf.check;
    exports dev.repro.tuf.client;
    exports dev.repro.tuf.repository;
}
