package dev.repro.tender.backend;

import dev.repro.base.Problem;
import dev.repro.tender.Permit;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// Runs QEMU as a child of this process, which stays to read the guest's exit status off the console ([QemuVerdict]).
///
/// The image and QEMU itself are given as `/proc/PID/fd/N` of this process: a child that Java starts has no other descriptors of ours, and
/// these hold as long as this process lives.
public final class QemuRun {
    private QemuRun() {}

    /// Runs a guest to its end. It ends with this process, too.
    ///
    /// @param arguments of [Qemu#argv]
    /// @param console gets the guest's output as it comes
    /// @return the guest's exit status
    /// @throws Problem exit 3: QEMU cannot be started; exit 4: the console cannot be written
    public static int run(Permit permit, List<String> arguments, OutputStream console) throws Problem {
        String ours = "/proc/" + ProcessHandle.current().pid() + "/fd/";
        List<String> argv = new ArrayList<>(arguments);
        argv.set(0, ours + permit.program().orElseThrow().fd());
        argv.set(argv.indexOf("-kernel") + 1, ours + permit.sealed().fd());
        try {
            Process process = new ProcessBuilder(argv).inheritIO().redirectOutput(ProcessBuilder.Redirect.PIPE).start();
            var end = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(end);
            try {
                var verdict = new QemuVerdict();
                pass(process.getInputStream(), console, verdict, permit);
                return verdict.status(process.waitFor());
            } finally {
                process.destroyForcibly();
                forget(end);
            }
        } catch (IOException e) {
            throw Problem.environment("QEMU cannot be started: " + e.getMessage()).where(permit.tender().where()).because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted while the guest ran").where(permit.image().file()).because(e);
        }
    }

    private static void pass(InputStream from, OutputStream console, QemuVerdict verdict, Permit permit) throws Problem {
        byte[] piece = new byte[8192];
        try {
            for (int n = from.read(piece); n >= 0; n = from.read(piece)) {
                verdict.console(piece, n);
                console.write(piece, 0, n);
                console.flush();
            }
        } catch (IOException e) {
            throw Problem.storage("the console cannot be passed on: " + e.getMessage()).where(permit.image().file()).because(e);
        }
    }

    /// While the process ends, hooks cannot be taken back, and need not.
    private static void forget(Thread end) {
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }
}
