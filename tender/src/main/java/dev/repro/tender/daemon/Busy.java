package dev.repro.tender.daemon;

import dev.repro.base.Refused;

/// A device of this host is in use by a guest that runs: two that write to one disk, or read one interface, destroy each other's work.
final class Busy extends Refused {
    private static final long serialVersionUID = 1;

    /// @param option `--net:service=tap0`
    Busy(String option, Guest holder) {
        super("device-busy", 61, option + " asks for what a running guest has");
        setExpected("a device that no guest has");
        setFound(holder.facts().name() + " " + holder.facts().version() + ", id " + holder.id());
        setHint("stop that one first: repro stop " + holder.id());
    }
}
