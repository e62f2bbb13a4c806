/// Takes signed metadata and files, checks them, publishes all or nothing; and the client of its protocol.
module dev.repro.snapshot {
    requires transitive dev.repro.release;
    requires transitive dev.repro.timestamp;
    requires java.net.http;
    requires jdk.httpserver;

    exports dev.repro.snapshot;
    exports dev.repro.snapshot.client;
}
