package dev.repro.timestamp;

import dev.repro.tuf.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Runs the operator's command when an alarm begins: `/bin/sh -c COMMAND`, with the refusal's name in `REPRO_REFUSAL`, its line in `REPRO_MESSAGE`.
/// It has a minute; the service does not wait for it.
final class AlarmCommand {
    private static final Duration TIME = Duration.ofMinutes(1);

    private final String command;
    private final JsonLog log;

    AlarmCommand(String command, JsonLog log) {
        this.command = command;
        this.log = log;
    }

    Thread raise(Refusal refusal) {
        return Thread.ofVirtual().name("alarm").start(() -> run(refusal));
    }

    private void run(Refusal refusal) {
        var builder = new ProcessBuilder("/bin/sh", "-c", command).redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("REPRO_REFUSAL", refusal.name());
        builder.environment().put("REPRO_MESSAGE", refusal.line());
        try {
            Process process = builder.start();
            if (!process.waitFor(TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                log.line(JsonLog.Level.WARN, "alarm-command", "problem", "it took longer than a minute and was ended");
            } else if (process.exitValue() != 0) {
                log.line(JsonLog.Level.WARN, "alarm-command", "problem", "it ended with exit code " + process.exitValue());
            }
        } catch (IOException e) {
            log.line(JsonLog.Level.WARN, "alarm-command", "problem", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
