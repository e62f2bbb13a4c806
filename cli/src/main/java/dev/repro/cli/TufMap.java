package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Link;
import dev.repro.tuf.client.MirroredRepository;
import dev.repro.tuf.client.MultiRepository;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.RepositoryMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `repro tuf-client --map`: several repositories that must agree (TAP 4).
final class TufMap {
    private final MultiRepository repositories;
    private final Voice voice;

    /// @param folder has a folder of metadata for each repository, begun
    TufMap(Path file, Path folder, Fetcher fetcher, Voice voice) throws Problem {
        RepositoryMap map = RepositoryMap.parse(read(file), file.toString());
        this.voice = voice;
        this.repositories = new MultiRepository(map, name -> FolderStore.open(folder.resolve(name), voice::warn), fetcher::at,
                Limits.DEFAULT,
                MirroredRepository.PATIENCE, Instant.now(), voice::warn);
    }

    private static byte[] read(Path file) throws Problem {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(RepositoryMap.MAX_BYTES + 1);
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).because(e);
        }
    }

    void refresh() throws Refusal, Problem {
        var all = new ArrayList<Json>();
        for (Map.Entry<String, Repository> repository : repositories.refresh().entrySet()) {
            List<Link> links = repository.getValue().targets().links();
            links.forEach(link -> voice.say(repository.getKey() + ": " + TufClientCommand.line(link)));
            all.add(Json.object("repository", repository.getKey(), "roles", links.stream().map(Link::toJson).toList()));
        }
        answer(all, List.of());
    }

    void download(List<String> names, Path to) throws Refusal, Problem {
        var targets = new ArrayList<Json>();
        for (String name : names) {
            MultiRepository.Agreed agreed = repositories.find(new TargetName(name));
            Downloads.Download download = repositories.fetch(agreed, to);
            Found found = agreed.witnesses().firstEntry().getValue();
            TufClientCommand.say(voice, found, download);
            List<String> agreeing = List.copyOf(agreed.witnesses().keySet());
            voice.say("  as " + String.join(", ", agreeing) + (agreeing.size() == 1 ? " says" : " say"));
            targets.add(TufClientCommand.json(found, download).with("repositories", agreeing));
        }
        answer(List.of(), targets);
    }

    private void answer(List<Json> all, List<Json> targets) {
        voice.answer(Json.object("schema", "repro.tuf-map.v1", "repositories", all, "targets", targets));
    }
}
