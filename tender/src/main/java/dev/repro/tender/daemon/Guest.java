package dev.repro.tender.daemon;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tender.os.Ending;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one launch started: a process for each image of the release, in the release's order. `repro.guest.v1`, in memory, over the socket and in
/// the state folder alike.
final class Guest {
    static final String SCHEMA = "repro.guest.v1";

    /// What does not change.
    ///
    /// @param id of the launch, the client's or ours
    /// @param request digest of what was asked, so that the same id is the same launch
    /// @param release digest of the description
    /// @param devices as options: `--net:service=tap0`
    /// @param claims of the host's devices: whoever holds one, holds it alone
    /// @param memory of each process, in bytes
    /// @param console whether what the guests print is kept
    /// @param boot /proc/sys/kernel/random/boot_id: process numbers of another boot mean nothing
    record Facts(String id, Digest request, String name, String version, Digest release, List<String> devices, List<String> claims, long memory,
            List<String> arguments, boolean console, int uid, String user, Instant asked, String boot) {
        Facts {
            devices = List.copyOf(devices);
            claims = List.copyOf(claims);
            arguments = List.copyOf(arguments);
        }
    }

    /// @param image its file name in the release
    /// @param tender path, or `builtin`
    /// @param pid 0: not started yet
    /// @param started in clock ticks since boot: [dev.repro.tender.os.Pid#started]
    /// @param ending null: none yet
    record Process(String image, Digest sha256, String target, String tender, int pid, long started, Ending ending, Instant ended) {
        Process startedAs(int itsPid, long ticks) {
            return new Process(image, sha256, target, tender, itsPid, ticks, ending, ended);
        }

        Process endedBy(Ending its, Instant when) {
            return new Process(image, sha256, target, tender, pid, started, its, when);
        }
    }

    private final Facts facts;
    private final List<Process> processes;
    private String receipt = "";
    private boolean settled;

    Guest(Facts facts, List<Process> processes) {
        this.facts = facts;
        this.processes = new ArrayList<>(processes);
    }

    Facts facts() {
        return facts;
    }

    String id() {
        return facts.id;
    }

    /// @param name of the receipt of this launch
    synchronized void receipt(String name) {
        receipt = name;
    }

    synchronized List<Process> processes() {
        return List.copyOf(processes);
    }

    synchronized void started(int index, int pid, long ticks) {
        processes.set(index, processes.get(index).startedAs(pid, ticks));
    }

    synchronized void ended(int index, Ending ending, Instant when) {
        processes.set(index, processes.get(index).endedBy(ending, when));
    }

    /// Whether each of its processes has ended.
    synchronized boolean isEnded() {
        return processes.stream().allMatch(p -> p.ending != null);
    }

    synchronized boolean isStarting() {
        return processes.stream().anyMatch(p -> p.pid == 0 && p.ending == null);
    }

    /// Wakes those who [#await] it, if it has ended and that is written down.
    synchronized void changed() {
        settled = isEnded();
        notifyAll();
    }

    /// Waits until it has ended, and that is written down.
    ///
    /// @return whether it has
    synchronized boolean await(Duration patience) throws InterruptedException {
        long due = System.nanoTime() + patience.toNanos();
        for (long left = due - System.nanoTime(); !settled && left > 0; left = due - System.nanoTime()) {
            wait(Math.max(1, left / 1_000_000));
        }
        return settled;
    }

    private String state() {
        return isEnded() ? "ended" : isStarting() ? "starting" : "running";
    }

    synchronized Json.Obj toJson() {
        return Json.object("schema", SCHEMA, "id", facts.id, "state", state(), "name", facts.name, "version", facts.version, "release", facts.release,
                "pid", processes.getFirst().pid, "digest", processes.getFirst().sha256, "receipt", receipt,
                "processes", processes.stream().map(Guest::json).toList(), "devices", facts.devices, "claims", facts.claims, "memory", facts.memory,
                "arguments", facts.arguments, "console", facts.console ? "log" : "null", "uid", facts.uid, "user", facts.user,
                "asked", facts.asked.toString(), "request", facts.request, "boot", facts.boot);
    }

    private static Json json(Process p) {
        Integer status = p.ending instanceof Ending.Exited(int code) ? code : null;
        Integer signal = p.ending instanceof Ending.Signalled(int number) ? number : null;
        return Json.object("image", p.image, "digest", p.sha256, "target", p.target, "tender", p.tender, "pid", p.pid, "started_ticks", p.started,
                "ended", p.ended == null ? null : p.ended.toString(), "status", status, "signal", signal);
    }

    /// @param where the file, for messages
    /// @throws Problem exit code 2: not what [#toJson] writes
    static Guest read(byte[] text, String where) throws Problem {
        Fields fields = Fields.parse(text, where);
        try {
            var facts = new Facts(fields.string("id"), fields.digest("request"), fields.string("name"), fields.string("version"),
                    fields.digest("release"), fields.strings("devices"), fields.strings("claims"), fields.integer("memory"),
                    fields.strings("arguments"), fields.string("console").equals("log"), (int) fields.integer("uid"),
                    fields.string("user"), Instant.parse(fields.string("asked")), fields.string("boot"));
            var processes = new ArrayList<Process>();
            for (Fields process : fields.objects("processes")) {
                processes.add(process(process));
            }
            if (!fields.string("schema").equals(SCHEMA) || processes.isEmpty()) {
                throw Problem.usage("not a launch").where(where).expected(SCHEMA);
            }
            var guest = new Guest(facts, processes);
            guest.receipt(fields.string("receipt"));
            guest.changed();
            return guest;
        } catch (DateTimeParseException e) {
            throw Problem.usage("not a time").where(where).found(e.getParsedString()).because(e);
        }
    }

    private static Process process(Fields fields) throws Problem {
        Optional<String> ended = fields.optionalString("ended");
        Ending ending = fields.has("status") ? new Ending.Exited((int) fields.integer("status"))
                : fields.has("signal") ? new Ending.Signalled((int) fields.integer("signal")) : ended.isPresent() ? new Ending.Unknown() : null;
        return new Process(fields.string("image"), fields.digest("digest"), fields.string("target"), fields.string("tender"),
                (int) fields.integer("pid"), fields.integer("started_ticks"), ending, ended.map(Instant::parse).orElse(null));
    }
}
