package dev.repro.tender.backend;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tender.os.Sealed;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Whether a QEMU can use KVM here, or must emulate (TCG). KVM that opens may still not do: where it runs without the processor's help, a guest
/// on its way to 64-bit mode ends in "emulation failure". So it is tried, with a guest of 194 bytes that goes that way and uses SSE; once
/// for each QEMU, by its digest, and kernel.
///
/// @param known folder in which the answers are kept, `qemu-<sha256>.json`; without it this process keeps them
public record Accelerator(Optional<Path> known) {
    private static final String SCHEMA = "repro.qemu.v1";
    private static final int PATIENCE_SECONDS = 15;
    /// `isa-debug-exit` makes 2 * 21 + 1 of the probe's 21.
    private static final int WORKS = 43;

    /// What every QEMU is told: no devices but those named, no configuration files, no windows, no restart; and its own filter of system calls.
    static final List<String> QUIET = List.of("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "none", "-device",
            "isa-debug-exit", "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");

    private static final List<String> KVM = List.of("-accel", "kvm", "-cpu", "host");
    private static final List<String> TCG = List.of("-accel", "tcg", "-cpu", "max");

    private static final Map<Digest, List<String>> TRIED = new ConcurrentHashMap<>();

    /// Loaded at 0x100000 by the addresses of its multiboot header, which it begins with. In assembler:
    ///
    /// ```
    ///     cld; tables at 0x110000: one page of 2 MiB; CR4 = PAE, OSFXSR, OSXMMEXCPT; CR3; EFER.LME; CR0.PG, MP; lgdt; ljmp $8, $2f
    /// 2:  ldmxcsr 0x1f80; outb $21 to 0x501; hlt
    /// ```
    private static final byte[] PROBE = HexFormat.of().parseHex("02b0ad1b03000100fb4f51e40000100000001000c20010000000000020001000fcc70500001100031011"
            + "00c705040011" + "0000000000c7050010110003201100c7050410110000000000c7050020110083000000c7050420110000000000b82006"
            + "00000f22e0b8000011000f22d8b9800000c00f320d000100000f300f20c00d020000800f22c00f0115b8001000ea9400"
            + "100008000fae1425be00100066ba0105b015eef40f1f40000000000000000000ffff0000009baf000f00a8001000801f" + "0000");

    /// The options for this QEMU.
    ///
    /// @param program its bytes
    /// @param path where they were read from
    /// @throws Problem exit 3: it starts nothing at all; exit 4: the answer cannot be kept
    List<String> options(Sealed program, Path path) throws Problem {
        if (known.isEmpty()) {
            List<String> before = TRIED.get(program.sha256());
            return before != null ? before : remembered(program.sha256(), chosen(program, path));
        }
        Path answer = known.get().resolve("qemu-" + program.sha256() + ".json");
        String kernel = System.getProperty("os.version");
        try {
            if (Files.exists(answer)) {
                Fields before = Fields.parse(Files.readAllBytes(answer), answer.toString());
                if (before.string("schema").equals(SCHEMA) && before.string("kernel").equals(kernel)) {
                    return before.string("accelerator").equals("kvm") ? KVM : TCG;
                }
            }
            List<String> chosen = chosen(program, path);
            Durable.write(answer, JsonText.pretty(Json.object("schema", SCHEMA, "kernel", kernel, "accelerator", chosen.equals(KVM) ? "kvm" : "tcg"))
                    .getBytes(StandardCharsets.UTF_8));
            return chosen;
        } catch (IOException e) {
            throw Problem.storage("what QEMU can use cannot be kept: " + e.getMessage()).where(answer).because(e);
        }
    }

    private static List<String> remembered(Digest program, List<String> chosen) {
        TRIED.put(program, chosen);
        return chosen;
    }

    private static List<String> chosen(Sealed program, Path path) throws Problem {
        if (Files.isWritable(Path.of("/dev/kvm")) && tried(program, path, KVM).isEmpty()) {
            return KVM;
        }
        List<String> why = tried(program, path, TCG);
        if (!why.isEmpty()) {
            throw Problem.environment("this QEMU cannot start a guest: " + why.getFirst()).where(path);
        }
        return TCG;
    }

    /// @return nothing, where it works; else why not
    private static List<String> tried(Sealed program, Path path, List<String> accelerator) throws Problem {
        String descriptors = "/proc/" + ProcessHandle.current().pid() + "/fd/"; // a child has no other descriptors of ours
        try (Sealed probe = Sealed.of(PROBE, "probe")) {
            var argv = new ArrayList<>(List.of(descriptors + program.fd()));
            argv.addAll(folders(path));
            argv.addAll(List.of("-machine", "microvm,acpi=off", "-m", "16M", "-serial", "none"));
            argv.addAll(QUIET);
            argv.addAll(accelerator);
            argv.addAll(List.of("-kernel", descriptors + probe.fd()));
            Process process = new ProcessBuilder(argv).redirectInput(new File("/dev/null")).redirectErrorStream(true).start();
            String said = firstLine(process.getInputStream());
            if (!said.isEmpty()) {
                process.destroyForcibly(); // It does not end where KVM has failed.
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return List.of("it did not end");
            }
            int code = process.exitValue();
            return code == WORKS ? List.of() : List.of(said.isEmpty() ? "exit status " + code : said);
        } catch (IOException e) {
            return List.of(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted while QEMU was tried").where(path).because(e);
        }
    }

    /// Empty where the stream ends without one.
    private static String firstLine(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && line.length() < 200; c = in.read()) {
            line.append(c < ' ' || c > '~' ? '?' : (char) c);
        }
        return line.toString();
    }

    /// Where its firmware is: beside its own file, which a QEMU that is executed from memory does not know.
    static List<String> folders(Path program) {
        var options = new ArrayList<String>();
        Path prefix = program.toAbsolutePath().normalize().getParent().getParent();
        for (String folder : prefix == null ? List.<String>of() : List.of("share/qemu", "share/seabios", "lib/ipxe/qemu")) {
            if (Files.isDirectory(prefix.resolve(folder))) {
                options.addAll(List.of("-L", prefix.resolve(folder).toString()));
            }
        }
        return options;
    }
}
