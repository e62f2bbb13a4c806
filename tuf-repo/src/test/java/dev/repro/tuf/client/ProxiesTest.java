package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

    private static String of(String url, Map<String, String> env) throws Problem {
        return new Proxies(env).of(URI.create(url)).map(p -> p.host() + ":" + p.port()).orElse("none");
    }

    @ParameterizedTest
    @CsvSource({
        "http://h/,  http_proxy,  p:1",
        "http://h/,  HTTP_PROXY,  none", // a CGI server sets it from a request's field `Proxy`
        "http://h/,  https_proxy, none",
        "https://h/, https_proxy, p:1",
        "https://h/, HTTPS_PROXY, p:1",
        "http://h/,  all_proxy,   p:1",
        "https://h/, ALL_PROXY,   p:1",
        "https://h/, http_proxy,  none"})
    void whichVariableCounts(String url, String name, String expected) throws Exception {
        assertEquals(expected, of(url, Map.of(name, "http://p:1/")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "h.example     | h.example            | none",
        "H.Example     | h.example            | none",
        "a.h.example   | h.example            | none",
        "a.h.example   | .h.example           | none",
        "bh.example    | h.example            | p:80",
        "h.example     | other, *             | none",
        "h.example     | a.h.example          | p:80",
        "127.0.0.1     | localhost,127.0.0.1  | none",
        "h.example     | ,                    | p:80"})
    void whatIsExcepted(String host, String noProxy, String expected) throws Exception {
        assertEquals(expected, of("http://" + host + "/", Map.of("http_proxy", "p", "no_proxy", noProxy)));
        assertEquals(expected, of("http://" + host + "/", Map.of("http_proxy", "p", "NO_PROXY", noProxy)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://p:1", "socks5://p:1", "http://", "http://p:x", "a b"})
    void whatIsNoProxy(String value) {
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> of("http://h/", Map.of("http_proxy", value))).exit());
    }

    @Test
    void none() throws Exception {
        assertEquals(Optional.empty(), Proxies.NONE.of(URI.create("http://h/")));
        assertEquals("none", of("http://h/", Map.of("http_proxy", "")));
    }
}
