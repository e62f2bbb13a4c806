package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/// An image in an OCI image layout (OCI image-spec v1: `oci-layout`, `index.json`, `blobs/sha256/…`), by the digest of its
/// manifest or of an index that has one for linux/amd64. Everything is reached from that digest, and every digest and size on
/// the way is checked; what `index.json` says is not needed for that.
final class OciImage {

    /// Of a manifest, index or configuration, in bytes.
    private static final long MAX_DOCUMENT = 4 << 20;

    private final Path layout;
    private final List<Layer> layers;

    private record Layer(Digest digest, boolean gzip) {}

    private OciImage(Path layout, List<Layer> layers) {
        this.layout = layout;
        this.layers = List.copyOf(layers);
    }

    static OciImage open(Path layout, Digest digest) throws Problem {
        for (String file : List.of("oci-layout", "index.json")) {
            if (!Files.isRegularFile(layout.resolve(file))) {
                throw Problem.usage("the folder is no OCI image layout").where(layout).expected("file `" + file + "`")
                        .hint("make one with `skopeo copy docker://… oci:FOLDER` or `podman save --format oci-dir`");
            }
        }
        var marker = OciJson.of(parse(layout.resolve("oci-layout"), read(layout.resolve("oci-layout"))), layout + "/oci-layout");
        if (!marker.string("imageLayoutVersion").startsWith("1.")) {
            throw Problem.usage("version of the OCI image layout is not known").where(layout).expected("1.x")
                    .found(marker.string("imageLayoutVersion"));
        }
        return manifest(layout, new OciJson.Descriptor("", digest, -1), true);
    }

    /// The layers as they are stored, the lowest first.
    List<Digest> layers() {
        return layers.stream().map(Layer::digest).toList();
    }

    /// Applies the layers to an empty folder.
    void unpack(Path tree, Consumer<String> progress) throws Problem {
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            progress.accept("unpacking layer " + (i + 1) + " of " + layers.size());
            String blame = "layer " + layer.digest.brief() + " of " + layout;
            var unpacking = new OciLayer(() -> open(layer), new TreeWriter(tree, Clash.REPLACE, blame));
            try {
                if (i > 0) {
                    unpacking.whiteouts();
                }
                unpacking.entries();
            } catch (IOException e) {
                throw Why.storage("a layer of the image is damaged", blame, e);
            }
        }
    }

    private InputStream open(Layer layer) throws IOException {
        var raw = new BufferedInputStream(Files.newInputStream(blob(layout, layer.digest)), 1 << 16);
        return layer.gzip ? new GZIPInputStream(raw, 1 << 16) : raw;
    }

    private static OciImage manifest(Path layout, OciJson.Descriptor wanted, boolean indexAllowed) throws Problem {
        var document = document(layout, wanted);
        if (document.has("manifests") && indexAllowed) {
            for (OciJson item : document.objects("manifests")) {
                if (item.has("platform") && item.object("platform").string("os").equals("linux")
                        && item.object("platform").string("architecture").equals(Toolchain.ARCHITECTURE)) {
                    return manifest(layout, item.descriptor(), false);
                }
            }
            throw Problem.usage("the index of the OCI image has nothing for linux/" + Toolchain.ARCHITECTURE).where(layout)
                    .found("sha256:" + wanted.digest());
        }
        var config = document(layout, document.object("config").descriptor());
        if (!config.string("os").equals("linux") || !config.string("architecture").equals(Toolchain.ARCHITECTURE)) {
            throw Problem.usage("the OCI image is for another machine").where(layout).expected("linux/" + Toolchain.ARCHITECTURE)
                    .found(config.string("os") + "/" + config.string("architecture"));
        }
        var layers = new ArrayList<Layer>();
        for (OciJson item : document.objects("layers")) {
            var descriptor = item.descriptor();
            check(layout, descriptor);
            layers.add(new Layer(descriptor.digest(), isGzip(descriptor.mediaType(), layout)));
        }
        return new OciImage(layout, layers);
    }

    /// application/vnd.oci.image.layer.v1.tar, its nondistributable form, and Docker's name for the same.
    private static boolean isGzip(String mediaType, Path layout) throws Problem {
        if (mediaType.endsWith(".tar+gzip") || mediaType.endsWith(".tar.gzip")) {
            return true;
        }
        if (mediaType.endsWith(".tar")) {
            return false;
        }
        throw Problem.usage("a layer of the OCI image is of a kind that is not supported").where(layout)
                .expected("tar or tar+gzip")
                .found(mediaType).hint("convert it, as with `skopeo copy --dest-compress-format gzip`");
    }

    private static OciJson document(Path layout, OciJson.Descriptor descriptor) throws Problem {
        Path file = blob(layout, descriptor.digest());
        byte[] bytes = read(file);
        Digest found = Digest.of(bytes);
        if (!found.equals(descriptor.digest()) || descriptor.size() >= 0 && descriptor.size() != bytes.length) {
            throw differs(file, descriptor, found, bytes.length);
        }
        return OciJson.of(parse(file, bytes), file.toString());
    }

    private static void check(Path layout, OciJson.Descriptor descriptor) throws Problem {
        Path file = blob(layout, descriptor.digest());
        try {
            long size = Files.size(file);
            Digest found = Digest.of(file);
            if (size != descriptor.size() || !found.equals(descriptor.digest())) {
                throw differs(file, descriptor, found, size);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Problem differs(Path file, OciJson.Descriptor descriptor, Digest found, long size) {
        return Problem.storage("a blob of the OCI image is not what its descriptor says").where(file)
                .expected(descriptor.digest().brief() + (descriptor.size() < 0 ? "" : ", " + descriptor.size() + " bytes"))
                .found(found.brief() + ", " + size + " bytes").hint("copy the image again");
    }

    private static Path blob(Path layout, Digest digest) {
        return layout.resolve("blobs/sha256").resolve(digest.hex());
    }

    private static byte[] read(Path file) throws Problem {
        try {
            if (Files.size(file) > MAX_DOCUMENT) {
                throw Problem.usage("a document of the OCI image is too large").where(file)
                        .expected("at most " + MAX_DOCUMENT + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Problem unreadable(Path file, IOException e) {
        return Why.storage("cannot read a blob of the OCI image", file, e)
                .hint("look whether the layout is whole and the digest is that of a manifest in it");
    }

    private static Json parse(Path file, byte[] bytes) throws Problem {
        try {
            return JsonParser.parse(bytes);
        } catch (JsonParser.SyntaxException e) {
            throw Problem.usage("a document of the OCI image is not JSON: " + e.getMessage()).where(file).because(e);
        }
    }
}
