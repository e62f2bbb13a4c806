package dev.repro.snapshot.pages;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseFile;
import dev.repro.release.ReleaseImage;
import dev.repro.tuf.RoleName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A site made up by hand.
final class Samples implements Site {
    static final Instant NOW = Instant.parse("2026-11-22T14:00:00Z");
    /// Someone's idea of a name.
    static final String HOSTILE = "<script>alert(\"1\")</script>\u202Egpj.exe\u0000&'";

    final List<Row> rows = new ArrayList<>();
    final Map<String, Detail> details = new HashMap<>();
    final List<Role> roles = new ArrayList<>();
    final List<Publication> activity = new ArrayList<>();

    static Digest digest(String of) {
        return Digest.of(of.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static Holder holder(String name, boolean signed) {
        return new Holder(digest(name).hex(), "ed25519", name, signed);
    }

    static Role role(String name, String by, Duration left, int threshold, Holder... keys) {
        return new Role(new RoleName(name), Optional.of(by).filter(b -> !b.isEmpty()).map(RoleName::new), 3, Optional.of(NOW.plus(left)), false,
                threshold,
                List.of(keys));
    }

    static ReleaseImage image(String file, String target, LaunchLimits limits, String... devices) {
        var list = new ArrayList<Json>();
        for (String device : devices) {
            String[] parts = device.split("=", 2);
            list.add(Json.object("name", parts[0], "type", parts[1]));
        }
        Json.Obj manifest = Json.object("type", "solo5.manifest", "version", 1, "devices", list);
        return new ReleaseImage(file, target, Optional.of(2L), Optional.of(manifest), 1_302_224, digest(file), digest(file).hex()
                + digest(target).hex(),
                limits);
    }

    /// A small repository with one of everything.
    static Samples small() {
        var site = new Samples();
        LaunchLimits limits = new LaunchLimits(Optional.of(64L << 20), Optional.of(256L << 20), Optional.of("(--ipv4=[0-9.]+/[0-9]+)?"),
                List.of("config"));
        var seeds = new TreeMap<>(Map.of("ocaml", HOSTILE));
        var release = new Release("hello-net", "1.2.0", List.of(
                image("hello-net.hvt", "hvt", limits, "service=NET_BASIC", "management=NET_BASIC", "storage=BLOCK_BASIC", "config=BLOCK_BASIC"),
                image("hello-net.spt", "spt", LaunchLimits.NONE, "service=NET_BASIC"),
                image("hello-net.virtio", "virtio", LaunchLimits.NONE)),
                Optional.of(new ReleaseFile("repro.lock", digest("lock"))), List.of(new ReleaseFile("hello-net.build.json", digest("record"))),
                        seeds);
        site.roles.addAll(List.of(
                role("old-thing", "targets", Duration.ofHours(-5), 1, holder("olaf", true)),
                role("targets", "", Duration.ofDays(9), 2, holder("alice", true), holder("bob", true), holder("carol", false)),
                role("timestamp", "", Duration.ofHours(20), 1, holder("", true)),
                role("hello-net", "targets", Duration.ofDays(83), 1, holder("dora", true)),
                role(HOSTILE, "targets", Duration.ofDays(200), 1, holder(HOSTILE, true)),
                role("root", "", Duration.ofDays(360), 2, holder("alice", true), holder("bob", true), holder("carol", false)),
                role("snapshot", "", Duration.ofDays(29), 1, holder("", true)),
                new Role(new RoleName("new-team"), Optional.of(RoleName.TARGETS), 0, Optional.empty(), false, 2, List.of(holder("eve", false),
                        holder("frank", false)))));
        site.roles.sort(Comparator.comparing(r -> r.expires().map(e -> Attention.from(r.name(), e)).orElse(Instant.MAX)));
        var path = List.of(site.named("root"), site.named("targets"), site.named("hello-net"));
        site.add(new Detail(release, Optional.of(NOW.minus(Duration.ofHours(2))), path), "hvt", "spt", "virtio");
        site.add(new Detail(single("hello-net", "1.1.0"), Optional.of(NOW.minus(Duration.ofDays(40))), path), "hvt");
        site.add(new Detail(single("static-website", "2026.11.3-rc.1+build.77"), Optional.of(NOW.minus(Duration.ofDays(50))), path), "hvt");
        site.add(new Detail(single("dns-primary", "7.0.1"), Optional.empty(), path), "hvt");
        site.activity.add(new Publication(Optional.of(NOW.minus(Duration.ofHours(2))), 41, List.of(new Change(new RoleName("hello-net"), 3)),
                List.of(digest("dora").hex()), "hello-net 1.2.0"));
        site.activity.add(new Publication(Optional.of(NOW.minus(Duration.ofHours(9))), 40, List.of(new Change(RoleName.SNAPSHOT, 40)), List.of(),
                ""));
        site.activity.add(new Publication(Optional.empty(), 39, List.of(new Change(new RoleName(HOSTILE), 1), new Change(RoleName.TARGETS, 3)),
                List.of(digest("alice").hex(), digest("bob").hex()), HOSTILE));
        return site;
    }

    static Release single(String name, String version) {
        return new Release(name, version, List.of(image(name + ".hvt", "hvt", LaunchLimits.NONE, "service=NET_BASIC")), Optional.empty(), List.of(),
                new TreeMap<>());
    }

    Role named(String name) {
        return roles.stream().filter(r -> r.name().text().equals(name)).findFirst().orElseThrow();
    }

    void add(Detail detail, String... targets) {
        rows.add(new Row(detail.release().name(), detail.release().version(), List.of(targets), detail.published()));
        details.put(detail.release().name() + "/" + detail.release().version(), detail);
    }

    private static <T> Slice<T> slice(List<T> all, int from, int most) {
        return new Slice<>(all.subList(Math.min(from, all.size()), Math.min(from + most, all.size())), all.size());
    }

    @Override
    public String url() {
        return "https://unikernels.example";
    }

    @Override
    public Instant now() {
        return NOW;
    }

    @Override
    public long snapshot() {
        return 41;
    }

    @Override
    public Slice<Row> releases(String search, int from, int most) {
        return slice(rows.stream().filter(r -> r.name().contains(search)).toList(), from, most);
    }

    @Override
    public Slice<Row> versions(String name, int from, int most) {
        return slice(rows.stream().filter(r -> r.name().equals(name)).toList(), from, most);
    }

    @Override
    public Optional<Detail> release(String name, String version) {
        return Optional.ofNullable(details.get(name + "/" + version));
    }

    @Override
    public Slice<Role> roles(int from, int most) {
        return slice(roles, from, most);
    }

    @Override
    public Slice<Publication> activity(int from, int most) {
        return slice(activity, from, most);
    }
}
