package dev.repro.tender.os;

/// How a process ended.
public sealed interface Ending {
    /// By itself.
    ///
    /// @param status 0 to 255
    record Exited(int status) implements Ending {}

    /// By a signal.
    record Signalled(int signal) implements Ending {}

    /// It was no child of this process, and nobody else can know.
    record Unknown() implements Ending {}
}
