package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.util.List;
import java.util.stream.Collectors;

/// Every server was reached, and none has the file.
final class GoneException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int NAMED = 8;

    private final transient Blob blob;

    GoneException(Blob blob) {
        super(blob.name() + " is offered nowhere");
        this.blob = blob;
    }

    static Problem problem(List<GoneException> gone, int wanted, BlobCache.Kind kind) {
        String names = gone.stream().limit(NAMED).map(g -> g.blob.name()).collect(Collectors.joining(", "));
        String more = gone.size() > NAMED ? " and " + (gone.size() - NAMED) + " more" : "";
        var tried = gone.getFirst().blob.candidates();
        return Problem.storage((kind == BlobCache.Kind.PACKAGES ? "no mirror offers " : "no address offers ") + names + more
                + " any more")
                .found(gone.size() + " of " + wanted + " to fetch; tried " + tried.stream().limit(3).map(Object::toString)
                        .collect(Collectors.joining(", ")) + (tried.size() > 3 ? ", …" : ""))
                .hint(kind.wayOut);
    }
}
