package dev.repro.tests.launch;

import dev.repro.base.Digest;
import dev.repro.tender.AllowedTender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The tenders of this machine, as a policy allows them. The built-in one is always here.
final class PresentTenders {
    private static final Map<String, String> PROGRAMS = Map.of("solo5-hvt", "hvt", "solo5-spt", "spt", "qemu-system-x86_64", "virtio");

    private PresentTenders() {}

    static Stream<AllowedTender> all() throws IOException {
        var out = Stream.<AllowedTender>builder().add(new AllowedTender("hvt", Optional.empty(), Optional.empty()));
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            for (var program : PROGRAMS.entrySet()) {
                Path named = Path.of(folder, program.getKey());
                if (folder.startsWith("/") && Files.isExecutable(named)) {
                    Path file = named.toRealPath(); // /bin may be /usr/bin
                    out.add(new AllowedTender(program.getValue(), Optional.of(file), Optional.of(Digest.of(Files.readAllBytes(file)))));
                }
            }
        }
        return out.build().distinct();
    }
}
