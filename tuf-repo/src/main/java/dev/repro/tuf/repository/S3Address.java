package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// `s3://BUCKET/PREFIX?endpoint=URL&region=REGION`: a repository below a prefix of a bucket, by path-style URLs `ENDPOINT/BUCKET/PREFIX/…`.
///
/// @param endpoint without a slash at its end
/// @param prefix empty, or ends with a slash
record S3Address(URI endpoint, String region, String bucket, String prefix) {
    static final String SCHEME = "s3://";

    /// @param env AWS_REGION or AWS_DEFAULT_REGION where the address names none; else `us-east-1`, which other servers than Amazon's use
    static S3Address parse(String text, Map<String, String> env) throws Problem {
        try {
            String rest = text.substring(SCHEME.length());
            int question = rest.indexOf('?');
            String path = question < 0 ? rest : rest.substring(0, question);
            int slash = path.indexOf('/');
            String bucket = slash < 0 ? path : path.substring(0, slash);
            String prefix = slash < 0 ? "" : path.substring(slash + 1).replaceAll("/+$", "");
            String region = env.getOrDefault("AWS_REGION", env.getOrDefault("AWS_DEFAULT_REGION", "us-east-1"));
            String endpoint = "";
            for (String part : question < 0 ? new String[0] : rest.substring(question + 1).split("&")) {
                String value = URLDecoder.decode(part.substring(part.indexOf('=') + 1), StandardCharsets.UTF_8);
                switch (part.substring(0, Math.max(0, part.indexOf('=')))) {
                    case "endpoint" -> endpoint = value.replaceAll("/+$", "");
                    case "region" -> region = value;
                    default -> throw wrong(text);
                }
            }
            URI url = URI.create(endpoint.isEmpty() ? "https://s3." + region + ".amazonaws.com" : endpoint);
            boolean usable = url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme())) && url.getRawQuery() == null
                    && url.getRawUserInfo() == null && url.getRawFragment() == null;
            if (!usable || !bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]") || !region.matches("[a-z0-9-]+") || !isPlain(prefix)) {
                throw wrong(text);
            }
            return new S3Address(url, region, bucket, prefix.isEmpty() ? "" : prefix + "/");
        } catch (IllegalArgumentException e) {
            throw wrong(text).because(e);
        }
    }

    // A server or proxy may take `//`, `.` and `..` for something else.
    private static boolean isPlain(String prefix) {
        return prefix.isEmpty() || ("/" + prefix + "/").replaceAll("/(?!\\.\\.?/)[^/\\p{Cntrl}]+(?=/)", "").equals("/");
    }

    private static Problem wrong(String text) {
        return Problem.usage("not the address of a repository in S3").expected("s3://BUCKET/PREFIX?endpoint=URL&region=REGION").found(text);
    }

    URI bucketUrl() {
        return URI.create(endpoint + "/" + bucket);
    }

    URI url(String path) {
        return URI.create(endpoint + "/" + bucket + "/" + SigV4.encode(prefix + path));
    }

    @Override
    public String toString() {
        return SCHEME + bucket + "/" + prefix;
    }
}
