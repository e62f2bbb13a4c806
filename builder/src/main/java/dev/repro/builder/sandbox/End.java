package dev.repro.builder.sandbox;

/// How a build ended. All but [#EXITED] mean that a limit stopped it; nothing of it runs any more in any case.
public enum End {
    /// The command ended by itself, or was ended by a signal of its own.
    EXITED("the command ended"),
    TIME("it ran longer than it may"),
    /// The kernel killed a process of it for memory. Where no cgroup can be made, memory is limited for each process alone: then
    /// a request for more fails, and the build ends as EXITED with whatever it makes of that.
    MEMORY("it used more memory than it may"),
    /// A fork was refused. Where no cgroup can be made, processes are counted every 20 ms, and a crowd that is gone sooner is
    /// not seen; RLIMIT_NPROC bounds it all the same, but for root.
    PROCESSES("it started more processes than it may"),
    /// A tmpfs was seen full, the writable folders grew too much, the command died of SIGXFSZ, or it failed and the end of its
    /// log has the words with which tools report a full disk or a file too large. A build that hides such an error ends as
    /// EXITED.
    OUTPUT("it wrote more than it may"),
    LOG("it printed more than it may");

    private final String sentence;

    End(String sentence) {
        this.sentence = sentence;
    }

    /// For a message, after "the build was stopped: ".
    public String sentence() {
        return sentence;
    }
}
