package dev.repro.builder;

import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.vary.Profile;
import dev.repro.builder.vary.Surroundings;
import dev.repro.builder.vary.Vary;
import java.util.ArrayList;
import java.util.List;

/// The files by which a machine shows itself to a build: user data base, host name, processors, kernel.
final class Faces {

    private Faces() {}

    static List<Mount> mounts(Surroundings around) {
        var out = new ArrayList<Mount>();
        String user = around.userName();
        String host = around.get(Vary.HOST);
        String home = around.get(Vary.HOME);
        out.add(new Mount.Text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                + user + ":x:" + around.uid() + ":" + around.gid() + ":" + user + " of the build:" + home + ":/bin/sh\n"
                + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"));
        out.add(new Mount.Text("/etc/group", "root:x:0:\n" + user + ":x:" + around.gid() + ":\nnogroup:x:65534:\n"));
        out.add(new Mount.Text("/etc/hostname", host + "\n"));
        out.add(new Mount.Text("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 " + host + " " + host.split("\\.")[0] + "\n"));
        out.add(new Mount.Text("/etc/machine-id", Profile.machineId(host) + "\n"));
        String kernel = around.get(Vary.KERNEL);
        out.add(new Mount.Text("/proc/version", "Linux version " + kernel + " (builder@" + host.split("\\.")[0] + ") #1 SMP\n"));
        out.add(new Mount.Text("/proc/sys/kernel/osrelease", kernel + "\n"));
        out.add(new Mount.Text("/proc/sys/kernel/random/boot_id", bootId(kernel) + "\n"));
        processors(around, out);
        return out;
    }

    private static void processors(Surroundings around, List<Mount> out) {
        int count = around.cpus().size();
        var info = new StringBuilder();
        for (int i = 0; i < count; i++) {
            info.append("processor\t: ").append(i).append("\nvendor_id\t: repro\nmodel name\t: ").append(around.get(Vary.CPU_MODEL))
                    .append("\nphysical id\t: 0\nsiblings\t: ").append(count).append("\ncore id\t\t: ").append(i)
                    .append("\ncpu cores\t: ").append(count).append("\n\n");
        }
        out.add(new Mount.Text("/proc/cpuinfo", info.toString()));
        String range = count == 1 ? "0\n" : "0-" + (count - 1) + "\n";
        for (String list : List.of("online", "possible", "present")) {
            out.add(new Mount.Text("/sys/devices/system/cpu/" + list, range));
        }
        for (int i = 0; i < count; i++) {
            out.add(new Mount.Folder("/sys/devices/system/cpu/cpu" + i));
        }
    }

    private static String bootId(String kernel) {
        String hex = Profile.machineId("boot of " + kernel);
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-" + hex.substring(16, 20) + "-" + hex.substring(20);
    }
}
