package dev.repro.tuf.repository;

import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.nio.file.*;
import java.util.*;

class SpeedProbe {
    static long cpu() { return Boolean.getBoolean("wall") ? System.nanoTime() : ProcessHandle.current().info().totalCpuDuration().get().toNanos(); }

    public static void main(String[] a) throws Exception {
        int bits = Integer.parseInt(a[0]); int targets = Integer.parseInt(a[1]);
        Path folder = Files.createTempDirectory(Path.of("/tmp/tr"), "p");
        long t = cpu();
        var site = new Site(DirectoryStore.open(folder.resolve("site"))).create();
        System.out.println("create " + (cpu() - t) / 1000000 + " ms"); t = cpu();
        if (bits > 0) site.publish(site.edit().delegateBins(RoleName.TARGETS, bits, "bin", new Editor.Keys(List.of(site.author.holder()), 1)));
        System.out.println("bins " + (cpu() - t) / 1000000 + " ms"); t = cpu();
        int batches = Math.max(1, targets / 50000);
        var byBin = new TreeMap<String, Map<TargetName, Editor.Addition>>();
        for (int i = 0; i < targets; i++) {
            String name = "pkg" + i % 5000 + "/" + i + "/app.hvt";
            String h = dev.repro.base.Digest.of(name.getBytes()).hex();
            byBin.computeIfAbsent(bits == 0 && i >= 0 ? "" : h.substring(0, 1 + (batches > 16 ? 1 : 0)), _ -> new LinkedHashMap<>()).putAll(Site.unseen(name, 1000 + i));
        }
        for (var batch : byBin.values()) {
            var ed = site.edit().add(batch, Site.anyRole());
            new Publisher(site.all, Site.NOW).filesElsewhere().publish(Signing.sign(ed.proposal(), site.all), "fill");
        }
        System.out.println("fill " + (cpu() - t) / 1000000 + " ms");
        var times = new ArrayList<Double>();
        Repository rep = Repository.read(site.store);
        for (int i = 0; i < Integer.getInteger("n", 40); i++) {
            t = cpu();
            if (Boolean.getBoolean("keep")) {
                var ed = Editor.of(rep, Site.NOW).add(Site.target("new/" + i + "/x.hvt", folder, "c" + i), Site.anyRole());
                rep = site.publish(ed).after();
            } else
            site.publish(site.edit().add(Site.target("new/" + i + "/x.hvt", folder, "c" + i), Site.anyRole()));
            times.add((cpu() - t) / 1e6);
        }
        System.out.println(bits + " bits, " + targets + ": first " + times.get(0) + " median of last 20 " + times.subList(times.size() - 20, times.size()).stream().sorted().toList().get(10));
    }
}
