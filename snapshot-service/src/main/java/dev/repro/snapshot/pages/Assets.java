package dev.repro.snapshot.pages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/// The files that pages load.
final class Assets {
    static final String STYLE = "/style.css";
    static final String ICON = "/favicon.svg";

    private static final Page STYLE_FILE = read("style.css", "text/css; charset=utf-8");
    private static final Page ICON_FILE = read("favicon.svg", "image/svg+xml");

    private Assets() {}

    static Optional<Page> at(String path) {
        return switch (path) {
            case STYLE -> Optional.of(STYLE_FILE);
            case ICON -> Optional.of(ICON_FILE);
            default -> Optional.empty();
        };
    }

    private static Page read(String name, String type) {
        try (InputStream in = Assets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not packaged: " + name);
            }
            return new Page(200, type, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
