package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchRequestTest {
    private static LaunchRequest parse(String text) throws Problem {
        return LaunchRequest.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsAllThereIs() throws Exception {
        LaunchRequest request = parse("""
                {'schema': 'repro.launch-request.v1', 'id': 'web-1', 'release': 'hello@1.0.0', 'target': 'spt', 'memory': 2097152, 'console': 'null',
                 'arguments': ['a b', ''], 'wait': true, 'devices': [{'type': 'net', 'name': 'service', 'tap': 'tap0', 'mac': '02:00:00:C0:FF:EE'},
                 {'type': 'block', 'name': 'storage', 'file': '/srv/a', 'sector_size': 512, 'image': 'b.spt'}]}""");
        assertEquals(Optional.of("web-1"), request.id());
        assertTrue(request.waits() && !request.console());
        Ask ask = request.ask(new Ask.Peer(1, 2, 3, "alice", List.of("www"), false));
        assertEquals(Optional.of("1.0.0"), ask.version());
        assertEquals(2_097_152, ask.memory().getAsLong());
        assertEquals(List.of("a b", ""), ask.arguments());
        assertEquals(List.of(new Ask.Net(Optional.empty(), "service", "tap0", Optional.of(new Mac("02:00:00:c0:ff:ee"))),
                new Ask.Block(Optional.of("b.spt"), "storage", Path.of("/srv/a"), OptionalInt.of(512))), ask.devices());
    }

    @Test
    void theReleaseIsEnough() throws Exception {
        LaunchRequest request = parse("{'release': 'hello'}");
        assertTrue(request.version().isEmpty() && request.console() && !request.waits());
    }

    @Test
    void theSameRequestIsTheSameLaunchHoweverItIsWritten() throws Exception {
        LaunchRequest request = parse("{'release': 'hello', 'id': 'x', 'wait': false}");
        assertEquals(request.digest(), parse("{ 'id':'x','release':'hello','wait':true}").digest());
        assertNotEquals(request.digest(), parse("{'release': 'hello', 'id': 'x', 'console': 'null'}").digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{'release': 1}", "{'release': 'Hello'}", "{'release': 'hello@'}", "{'release': 'hello@1@2'}",
        "{'release': '../x'}", "{'release': 'hello', 'release': 'hello'}", "{'release': 'hello', 'rights': 'all'}", "{'release': 'hello', 'image': '/etc/shadow'}",
        "{'release': 'hello', 'id': ''}", "{'release': 'hello', 'id': '../x'}", "{'release': 'hello', 'id': '.x'}", "{'release': 'hello', 'id': 'A'}",
        "{'release': 'hello', 'memory': '64M'}", "{'release': 'hello', 'memory': 1.5}", "{'release': 'hello', 'console': 'tty'}",
        "{'release': 'hello', 'wait': 1}", "{'release': 'hello', 'arguments': 'x'}", "{'release': 'hello', 'arguments': ['a\\u0000b']}",
        "{'release': 'hello', 'devices': [{'type': 'usb', 'name': 'x'}]}", "{'release': 'hello', 'devices': [{'type': 'net', 'name': 'x'}]}",
        "{'release': 'hello', 'devices': [{'type': 'net', 'name': 'x', 'tap': 't', 'mac': '01:00:00:00:00:00'}]}",
        "{'release': 'hello', 'devices': [{'type': 'block', 'name': 'x', 'file': 'relative'}]}",
        "{'release': 'hello', 'devices': [{'type': 'net', 'name': 'x', 'tap': 't', 'speed': 1}]}", "{'release': 'hello'} x", "{'schema': 'other', 'release': 'hello'}"})
    void refuses(String text) {
        Problem problem = assertThrows(Problem.class, () -> parse(text));
        assertEquals(Problem.Exit.USAGE, problem.exit());
        assertTrue(problem.line().startsWith("request"), problem.line());
    }
}
