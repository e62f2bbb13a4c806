/// Signs freshness, after it has looked at each snapshot with its own eyes.
module dev.repro.timestamp {
    requires transitive dev.repro.tuf;
    requires java.net.http;
    requires jdk.httpserver;

    exports dev.repro.timestamp;
}
