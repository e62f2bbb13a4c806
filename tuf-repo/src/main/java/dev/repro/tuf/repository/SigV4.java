package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs requests to S3: AWS Signature Version 4, in the `Authorization` header, over the payload's SHA-256, for URLs without a query.
///
/// @param token of temporary credentials
record SigV4(String accessKey, String secretKey, Optional<String> token, String region) {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// @param uri its raw path is signed as it stands: encoded by [#encode]
    /// @param headers further ones that are to be signed; `host` is not among them
    /// @param payload SHA-256 of the body, of nothing for no body
    /// @return all headers to send, `Authorization` among them; not `host`, which the client sends by itself
    SortedMap<String, String> sign(String method, URI uri, Map<String, String> headers, Digest payload, Instant now) {
        var all = new TreeMap<String, String>();
        headers.forEach((name, value) -> all.put(name.toLowerCase(Locale.ROOT), value.strip()));
        all.put("x-amz-date", TIME.format(now));
        all.put("x-amz-content-sha256", payload.hex());
        token.ifPresent(t -> all.put("x-amz-security-token", t));
        var signed = new TreeMap<>(all);
        signed.put("host", host(uri));
        String names = String.join(";", signed.keySet());
        var request = new StringBuilder(method).append('\n').append(uri.getRawPath()).append("\n\n");
        signed.forEach((name, value) -> request.append(name).append(':').append(value).append('\n'));
        request.append('\n').append(names).append('\n').append(payload.hex());
        String scope = all.get("x-amz-date").substring(0, 8) + "/" + region + "/s3/aws4_request";
        String text = ALGORITHM + "\n" + all.get("x-amz-date") + "\n" + scope + "\n" + Digest.of(utf8(request.toString())).hex();
        all.put("authorization", ALGORITHM + " Credential=" + accessKey + "/" + scope + ",SignedHeaders=" + names + ",Signature="
                + HexFormat.of().formatHex(hmac(key(scope), text)));
        return all;
    }

    private byte[] key(String scope) {
        byte[] key = utf8("AWS4" + secretKey);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return key;
    }

    /// As the client sends it: with the port where it is not the scheme's own.
    private static String host(URI uri) {
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 || uri.getPort() == usual ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    /// A path of a URL, each byte but letters, digits, `-_.~` and `/` as `%XX`.
    static String encode(String path) {
        var out = new StringBuilder();
        for (byte b : utf8(path)) {
            boolean plain = b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || "-_.~/".indexOf(b) >= 0;
            out.append(plain ? String.valueOf((char) b) : "%" + HexFormat.of().withUpperCase().toHexDigits(b));
        }
        return out.toString();
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "SigV4[" + accessKey + "]"; // not the secret
    }
}
