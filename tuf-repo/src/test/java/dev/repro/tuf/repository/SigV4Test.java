package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The two vectors are of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in a Single
/// Chunk (AWS Signature Version 4)", examples GET Object and PUT Object.
class SigV4Test {
    private static final SigV4 EXAMPLE = new SigV4("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Optional.empty(), "us-east-1");
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
    private static final String BUCKET = "https://examplebucket.s3.amazonaws.com/";

    @Test
    void getObject() {
        var headers = EXAMPLE.sign("GET", URI.create(BUCKET + "test.txt"), Map.of("Range", "bytes=0-9"), Digest.of(new byte[0]), TIME);
        assertEquals("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", headers.get("authorization"));
    }

    @Test
    void putObject() {
        var headers = EXAMPLE.sign("PUT", URI.create(BUCKET + SigV4.encode("test$file.text")), Map.of("Date", "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class", "REDUCED_REDUNDANCY"), Digest.of("Welcome to Amazon S3.".getBytes(StandardCharsets.UTF_8)), TIME);
        assertEquals("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072", headers.get("x-amz-content-sha256"));
        assertTrue(headers.get("authorization").endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
                headers::toString);
    }

    @Test
    void aTokenIsSigned() {
        var headers = new SigV4("A", "B", Optional.of("token"), "r").sign("GET", URI.create("http://h:9/x"), Map.of(), Digest.of(new byte[0]), TIME);
        assertEquals("token", headers.get("x-amz-security-token"));
        assertTrue(headers.get("authorization").contains(";x-amz-security-token,"), headers::toString);
        assertFalse(new SigV4("A", "secret", Optional.empty(), "r").toString().contains("secret"));
    }

    @Test
    void addresses() throws Problem {
        S3Address full = S3Address.parse("s3://bucket/a/b/?endpoint=http%3A%2F%2F127.0.0.1:7070/&region=eu-1", Map.of());
        assertEquals("http://127.0.0.1:7070/bucket/a/b/targets/x/1%2B2%20%C3%A9.hvt", full.url("targets/x/1+2 é.hvt").toString());
        assertEquals("eu-1", full.region());
        S3Address bare = S3Address.parse("s3://bucket", Map.of("AWS_REGION", "eu-2"));
        assertEquals("https://s3.eu-2.amazonaws.com/bucket/metadata/timestamp.json", bare.url(Layout.TIMESTAMP).toString());
        for (String bad : List.of("s3://", "s3://B/x", "s3://bucket/x?endpoint=ftp://h", "s3://bucket/x?other=1", "s3://bucket/../x",
                "s3://bucket/a//b",
                "s3://bucket?endpoint=http://u:p@h/", "s3://bucket/x?endpoint=%zz", "s3://bucket/.", "s3://bucket?region=a/b")) {
            assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> S3Address.parse(bad, Map.of()), bad).exit());
        }
    }
}
