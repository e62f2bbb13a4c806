package dev.repro.builder.sandbox;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Why bwrap did not start a build, in words that help.
final class Diagnosis {

    private Diagnosis() {}

    /// @param printed the end of what bwrap, or a program before it, said
    static Problem notStarted(String printed, SandboxSpec spec) {
        String said = lastLine(printed);
        if (said.startsWith("bwrap: execvp ")) {
            return Problem.usage("the command of the build cannot be started").where(spec.argv().getFirst())
                    .found(said.substring(said.lastIndexOf(": ") + 2).toLowerCase(java.util.Locale.ROOT))
                    .hint("is its package in [toolchain] packages, and its folder on PATH?");
        }
        if (said.startsWith("bwrap: Can't chdir to ")) {
            return Problem.usage("the build cannot start in its directory").where(spec.directory()).found(said);
        }
        return Problem.environment("the sandbox cannot be made").found(said.isEmpty() ? "no message, killed from outside" : said);
    }

    /// Why not even the smallest sandbox can be made here.
    ///
    /// @param root `/`, below which the switches of the kernel are looked up
    static Problem noSandbox(Problem probe, Path root) throws IOException {
        Problem problem = Problem.environment("this machine does not let bubblewrap make a sandbox").found(probe.line())
                .because(probe);
        if (is(root, "proc/sys/kernel/unprivileged_userns_clone", "0")) {
            return problem.hint("user namespaces are off for users: sysctl -w kernel.unprivileged_userns_clone=1");
        }
        if (is(root, "proc/sys/user/max_user_namespaces", "0")) {
            return problem.hint("user namespaces are off: sysctl -w user.max_user_namespaces=10000");
        }
        if (Files.exists(root.resolve(".dockerenv")) || Files.exists(root.resolve("run/.containerenv"))) {
            return problem.hint("this is a container that forbids namespaces: start it with --security-opt seccomp=unconfined "
                    + "--security-opt apparmor=unconfined --security-opt systempaths=unconfined, or run repro outside of it");
        }
        if (is(root, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
            return problem.hint("AppArmor keeps user namespaces from bwrap: apt-get install apparmor-profiles and load its "
                    + "profile bwrap-userns-restrict, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
        }
        if (!Files.exists(root.resolve("proc/self/ns/user"))) {
            return problem.hint("this kernel is built without user namespaces (CONFIG_USER_NS)");
        }
        return problem.hint("see what `bwrap --unshare-user --unshare-pid --unshare-net --ro-bind / / true` says, and ask who runs this machine to allow it");
    }

    private static boolean is(Path root, String file, String value) throws IOException {
        Path path = root.resolve(file);
        return Files.exists(path) && Files.readString(path).strip().equals(value);
    }

    private static String lastLine(String text) {
        return text.strip().substring(text.strip().lastIndexOf('\n') + 1);
    }
}
