package dev.repro.snapshot.pages;

import dev.repro.release.ReleaseImage;
import java.util.ArrayList;
import java.util.List;

/// A manifest as boxes: the unikernel in the middle, network devices on one side, block devices on the other. Lists to a screen reader.
final class Drawing {
    private static final String NET = "NET_BASIC";
    private static final String BLOCK = "BLOCK_BASIC";

    private final ReleaseImage image;

    private Drawing(ReleaseImage image) {
        this.image = image;
    }

    static Html of(ReleaseImage image) {
        return new Drawing(image).figure();
    }

    private Html figure() {
        List<String> nets = image.devices(NET);
        List<String> blocks = image.devices(BLOCK);
        List<String> others = new ArrayList<>(image.devices());
        others.removeAll(nets);
        others.removeAll(blocks);
        Html.Element board = Html.of("div").css("board");
        if (!nets.isEmpty()) {
            board.add(side("Network devices", "net", nets));
        }
        Html.Element kernel = Html.of("div", Html.of("strong", image.file()), Html.of("span", kind())).css("kernel");
        board.add(kernel);
        if (!blocks.isEmpty() || !others.isEmpty()) {
            board.add(side("Block devices", "block", blocks, others));
        }
        return Html.of("figure", board, Html.of("figcaption", caption(nets.size(), blocks.size(), others.size())));
    }

    private String kind() {
        return image.target() + image.abi().map(a -> ", ABI " + a).orElse("");
    }

    private String caption(int nets, int blocks, int others) {
        if (image.manifest().isEmpty()) {
            return "The image has no manifest: nobody can tell which devices it needs.";
        } else if (nets + blocks + others == 0) {
            return "It takes no devices. A tender refuses to attach any.";
        }
        var parts = new ArrayList<String>();
        if (nets > 0) {
            parts.add(Words.count(nets, "network device"));
        }
        if (blocks > 0) {
            parts.add(Words.count(blocks, "block device"));
        }
        if (others > 0) {
            parts.add(Words.count(others, "device") + " of another kind");
        }
        return "It needs " + String.join(" and ", parts) + (nets + blocks + others == 1 ? ": exactly this" : ": exactly these") + ", nothing else.";
    }

    private Html side(String label, String kind, List<String> devices, List<String> others) {
        Html.Element list = (Html.Element) side(label, kind, devices);
        others.forEach(name -> list.add(Html.of("li", Html.of("div", Html.foreign(name), Html.of("span", "unknown kind").css("muted")))));
        return list;
    }

    private Html side(String label, String kind, List<String> devices) {
        Html.Element list = Html.of("ul").css("side " + kind).with("aria-label", label);
        for (String name : devices) {
            boolean locked = image.limits().readOnlyBlocks().contains(name);
            Html says = Html.of("span", kind.equals("net") ? "network" : locked ? "block, read-only" : "block").css("muted");
            list.add(Html.of("li", kind.equals("net") ? plug() : disk(), Html.of("div", Html.foreign(name), says)));
        }
        return list;
    }

    private static Html.Element icon() {
        return Html.of("svg").with("viewBox", "0 0 16 16").with("aria-hidden", "true");
    }

    private static Html plug() {
        return icon().add(Html.of("path").with("d", "M2.5 3.5h11v7h-3v2h-5v-2h-3zM5.5 3.5v2.5M8 3.5v2.5M10.5 3.5v2.5"));
    }

    private static Html disk() {
        return icon().add(Html.of("path").with("d", "M2.5 4.2a5.5 2 0 1 0 11 0a5.5 2 0 1 0 -11 0v7.6a5.5 2 0 0 0 11 0v-7.6M2.5 8a5.5 2 0 0 0 11 0"));
    }
}
