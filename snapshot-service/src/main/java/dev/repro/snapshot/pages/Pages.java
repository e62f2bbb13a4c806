package dev.repro.snapshot.pages;

import java.util.List;
import java.util.Optional;

/// The pages of a repository, and the two files that they load. Pure functions of a [Site].
public final class Pages {

    private Pages() {}

    /// @param rawPath of the request, as it was sent (`/releases/hello%2Dnet`)
    /// @param rawQuery what came after `?`, as it was sent; empty or null for nothing
    /// @return empty for a path that is not a page's: then it is somebody else's, or [#notFound]
    public static Optional<Page> render(String rawPath, String rawQuery, Site site) {
        String query = rawQuery == null ? "" : rawQuery;
        Optional<Page> asset = Assets.at(rawPath);
        if (asset.isPresent()) {
            return asset;
        }
        Optional<List<String>> segments = Urls.segments(rawPath);
        if (segments.isEmpty()) {
            return Optional.empty();
        }
        List<String> path = segments.get();
        if (path.equals(List.of(""))) {
            return orNotFound(home(query, site), site);
        } else if (path.equals(List.of("roles"))) {
            return orNotFound(Paging.of(query).flatMap(p -> RolesPage.render(p, site)), site);
        } else if (path.equals(List.of("activity"))) {
            return orNotFound(Paging.of(query).flatMap(p -> ActivityPage.render(p, site)), site);
        } else if (path.getFirst().equals("releases")) {
            return orNotFound(release(path, query, site), site);
        }
        return Optional.empty();
    }

    /// The page for a path that nobody knows.
    public static Page notFound(Site site) {
        return Frame.notFound(site);
    }

    private static Optional<Page> orNotFound(Optional<Page> page, Site site) {
        return Optional.of(page.orElseGet(() -> notFound(site)));
    }

    private static Optional<Page> home(String query, Site site) {
        return Paging.of(query).flatMap(p -> ReleasesPage.all(Urls.field(query, "q").orElse(""), p, site));
    }

    private static Optional<Page> release(List<String> path, String query, Site site) {
        return switch (path.size()) {
            case 2 -> Paging.of(query).flatMap(p -> ReleasesPage.of(path.get(1), p, site));
            case 3 -> site.release(path.get(1), path.get(2)).map(detail -> new ReleasePage(detail, site).page());
            default -> Optional.empty();
        };
    }
}
