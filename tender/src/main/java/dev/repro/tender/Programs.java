package dev.repro.tender;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.os.Sealed;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tenders of the allow-list: read once into sealed memory like an image, so that what was hashed is what is executed, however often the
/// file is replaced meanwhile. (Its shared libraries are the system's, as is the kernel.) Executed from there a tender has neither set-uid
/// nor file capabilities.
final class Programs {
    /// Bytes of a tender.
    private static final long MOST = 1 << 28;
    private static final long PATIENCE_SECONDS = 10;
    private static final long BUILTIN_ABI = 2; // Solo5 include/hvt_abi.h
    private static final String SCHEMA = "repro.tender.v1";
    private static final Pattern VERSION = Pattern.compile("\\S+ tender, version (\\S+)\\s+ABI version (\\d{1,9})\\s*");

    private final State state;
    private final Shelf shelf;
    private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(Map<String, Object> marks, Sealed program) {}

    Programs(State state, Shelf shelf) {
        this.state = state;
        this.shelf = shelf;
    }

    /// A tender, its bytes in memory.
    ///
    /// @param program empty for the one that is built in
    record Opened(AllowedTender tender, Optional<Sealed> program) {}

    /// The first tender of the policy's for this target that is there and fits.
    ///
    /// @param set of one target
    /// @throws Denied `tender-changed`; `tender-unfit` if none fits
    /// @throws Problem exit code 3: none is there
    Opened choose(Policy policy, List<ReleaseImage> set) throws Denied, Problem {
        Denied unfit = null;
        Problem missing = null;
        for (AllowedTender tender : tenders(policy, set)) {
            try {
                Opened opened = unchanged(tender);
                for (ReleaseImage image : set) {
                    fits(opened, image);
                }
                return opened;
            } catch (Denied denied) {
                if (denied.rule() != Denied.Rule.TENDER_UNFIT) {
                    throw denied;
                }
                unfit = unfit == null ? denied : unfit;
            } catch (Problem e) {
                missing = missing == null ? e : missing;
            }
        }
        if (unfit != null) {
            throw unfit;
        }
        throw missing;
    }

    /// The first of the policy's for a target.
    Opened first(Policy policy, String target) throws Denied, Problem {
        AllowedTender tender = policy.tenders().stream().filter(t -> t.target().equals(target)).findFirst().orElseThrow(() ->
                new Denied(Denied.Rule.TENDER_NOT_ALLOWED, target).file(policy.file()).expected("an entry [[tender]] for " + target)
                        .hint("allow one in " + policy.file()));
        return unchanged(tender);
    }

    private Opened unchanged(AllowedTender tender) throws Denied, Problem {
        Opened opened = open(tender);
        if (opened.program.isPresent() && !opened.program.get().sha256().equals(tender.sha256().orElseThrow())) {
            throw changed(tender, opened.program.get());
        }
        return opened;
    }

    /// In audit mode: the first that is there, whatever it is.
    Opened any(Policy policy, List<ReleaseImage> set) throws Problem {
        return open(tenders(policy, set).getFirst());
    }

    private static List<AllowedTender> tenders(Policy policy, List<ReleaseImage> set) {
        return policy.tenders().stream().filter(t -> t.target().equals(set.getFirst().target())).toList();
    }

    private Opened open(AllowedTender tender) throws Problem {
        if (tender.path().isEmpty()) {
            return new Opened(tender, Optional.empty());
        }
        Path file = tender.path().orElseThrow();
        if (!Files.exists(file)) {
            throw Problem.environment("the tender is not there").where(file).hint("install it, or name another one in the policy");
        }
        Sealed here = seen(file);
        return new Opened(tender, Optional.of(here != null ? here : keep(file)));
    }

    private static Denied changed(AllowedTender tender, Sealed program) {
        return new Denied(Denied.Rule.TENDER_CHANGED, tender.where()).file(tender.where()).expected("sha256 " + tender.sha256().orElseThrow())
                .found("sha256 " + program.sha256()).hint("see who changed it; if it was you, write its new digest into the policy");
    }

    /// What was read of the very file before, if it has not been touched since: same inode, length and times (nobody sets a ctime).
    private Sealed seen(Path file) throws Problem {
        Seen before = seen.get(file);
        return before != null && before.marks.equals(marks(file)) ? before.program : null;
    }

    private Sealed keep(Path file) throws Problem {
        Map<String, Object> marks = marks(file); // before it is read: what changes after that has other marks
        Sealed program = shelf.keep(Sealed.executable(file, MOST));
        if (shelf.keeps()) {
            seen.put(file, new Seen(marks, program));
        }
        return program;
    }

    private static Map<String, Object> marks(Path file) throws Problem {
        try {
            return Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        } catch (IOException e) {
            throw Problem.environment("the tender cannot be looked at: " + e.getMessage()).where(file).because(e);
        }
    }

    /// Whether a tender of Solo5 runs images of that target and ABI. Other tenders have no ABI to ask for.
    ///
    /// @throws Denied `tender-unfit`
    private void fits(Opened opened, ReleaseImage image) throws Denied, Problem {
        AllowedTender tender = opened.tender;
        Optional<Sealed> program = opened.program;
        if (!image.target().equals("hvt") && !image.target().equals("spt")) {
            return;
        }
        long wanted = image.abi().orElse(0L);
        long found = BUILTIN_ABI;
        if (program.isPresent()) {
            Said said = said(tender, program.get());
            if (!said.target.equals(image.target()) || said.abi.isEmpty()) {
                throw new Denied(Denied.Rule.TENDER_UNFIT, tender.where()).file(tender.where()).expected("a tender for " + image.target())
                        .found(said.abi.isEmpty() ? "a program that is no tender of Solo5's" : "one for " + said.target)
                        .hint("name the tender of each target in the policy");
            }
            found = said.abi.getAsLong();
        }
        if (program.isPresent() && !image.limits().readOnlyBlocks().isEmpty()) {
            throw new Denied(Denied.Rule.TENDER_UNFIT, tender.where()).file(tender.where()).expected("block `" + image.limits().readOnlyBlocks().getFirst()
                    + "` for reading only").found("a tender of Solo5's, which opens every block file for writing").hint("allow a tender that can: path = \"builtin\"");
        }
        if (wanted != found) {
            throw new Denied(Denied.Rule.TENDER_UNFIT, tender.where()).file(tender.where()).expected("ABI " + wanted).found("ABI " + found)
                    .hint("install the Solo5 that " + image.file() + " is built for");
        }
    }

    /// What a program says of itself.
    ///
    /// @param abi empty for what is no tender of Solo5's
    private record Said(String target, String version, OptionalLong abi) {}

    private Said said(AllowedTender tender, Sealed program) throws Problem {
        Path file = state.memory().resolve("tender-" + program.sha256() + ".json");
        Optional<Fields> before = Memory.read(file, SCHEMA);
        if (before.isPresent()) {
            long abi = before.get().integer("abi");
            return new Said(before.get().string("target"), before.get().string("version"), abi < 0 ? OptionalLong.empty() : OptionalLong.of(abi));
        }
        Said said = ask(tender, program);
        Memory.write(file, Json.object("schema", SCHEMA, "target", said.target, "version", said.version, "abi", said.abi.orElse(-1)));
        return said;
    }

    /// `--version` of the very bytes, once for each digest.
    private static Said ask(AllowedTender tender, Sealed program) throws Problem {
        try {
            File answer = File.createTempFile("repro-tender", ".txt");
            try {
                Process process = new ProcessBuilder("/proc/" + ProcessHandle.current().pid() + "/fd/" + program.fd(), "--version")
                        .redirectInput(new File("/dev/null")).redirectErrorStream(true).redirectOutput(answer).start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
                byte[] said = new byte[4096];
                try (var in = Files.newInputStream(answer.toPath())) {
                    return parse(new String(said, 0, in.readNBytes(said, 0, said.length), StandardCharsets.UTF_8), program);
                }
            } finally {
                Files.delete(answer.toPath());
            }
        } catch (IOException e) {
            throw Problem.environment("the tender cannot be executed: " + e.getMessage()).where(tender.where()).because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted while the tender was asked for its version").where(tender.where()).because(e);
        }
    }

    private static Said parse(String text, Sealed program) {
        Matcher version = VERSION.matcher(text);
        return version.matches() ? new Said(target(program), version.group(1), OptionalLong.of(Long.parseLong(version.group(2))))
                : new Said("", "", OptionalLong.empty());
    }

    /// A tender says its name as it was called, so not there: the one opens /dev/kvm, the other has an option of its own.
    private static String target(Sealed program) {
        String all = new String(program.bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        return all.contains("--x-exec-heap") ? "spt" : all.contains("/dev/kvm") ? "hvt" : "unknown";
    }
}
