package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.builder.vary.Vary;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// `NAME.build.json` (`repro.build.v1`): what one build did.
///
/// `name`, `lock`, `inputs` and `outputs` are equal for equal builds; everything that may differ between them is in `run`.
///
/// @param lock identity of the lock
public record BuildRecord(String name, Digest lock, Json.Obj inputs, Json.Arr outputs, Json.Obj run) {

    static BuildRecord of(Workshop workshop, Project project, BuildResult.Built built) throws IOException, Problem, InterruptedException {
        var outputs = new java.util.ArrayList<Json>();
        for (var output : new TreeMap<>(built.outputs()).entrySet()) {
            outputs.add(Json.object("path", output.getKey(), "size", java.nio.file.Files.size(output.getValue()), "sha256", Digest.of(output.getValue())));
        }
        var surroundings = new TreeMap<String, String>();
        for (Map.Entry<Vary, String> value : built.around().values().entrySet()) {
            surroundings.put(value.getKey().id(), value.getValue());
        }
        var time = built.realTime();
        var run = Json.object("side", built.side(), "started", time.start().toString(), "ended", time.end().toString(),
                "seconds", CheckReport.seconds(built.run().wall()), "cpu_seconds", CheckReport.seconds(built.run().cpu()),
                "peak_memory_bytes", built.run().peakMemoryBytes() < 0 ? null : built.run().peakMemoryBytes(), "surroundings", surroundings,
                "log", Json.object("sha256", Digest.of(built.log()), "bytes", built.run().logBytes()),
                "source_git", project.gitState(), "sandbox", workshop.sandbox().capabilities().toJson(), "kernel", System.getProperty("os.version"),
                "repro", workshop.version());
        return new BuildRecord(project.recipe().name(), project.lock().identity(), project.lock().inputs().toJson(), new Json.Arr(outputs), run);
    }

    public Json.Obj toJson() {
        return Json.object("schema", "repro.build.v1", "name", name, "lock", lock, "inputs", inputs, "outputs", outputs, "run", run);
    }
}
