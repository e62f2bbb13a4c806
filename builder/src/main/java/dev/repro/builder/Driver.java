package dev.repro.builder;

import dev.repro.builder.vary.Surroundings;
import java.util.ArrayList;
import java.util.List;

/// The script that runs inside the sandbox around the build: unpack the source, build, hand the outputs over.
///
/// How far it came stands in `/repro/out/stage`: nothing (the sandbox did not start), `unpack`, `enter`, `build`, `built STATUS`,
/// `link OUTPUT`, `missing OUTPUT` (then `/repro/out/made` lists the files that are newer than the source), `copy OUTPUT`, `done`. So a
/// failure of the build is never taken for one of repro, nor the other way round.
///
/// The empty line that it prints before the build begins is for a repro that was killed while bwrap was still at work: what bwrap sets up
/// so that nothing outlives repro (PR_SET_PDEATHSIG) says nothing of a parent that died before, but the pipe of the log does.
final class Driver {
    static final String PATH = "/repro/driver";
    static final String SOURCE = "/repro/source.tar";
    static final String OUTPUTS = "/repro/outputs";
    static final String OUT = "/repro/out";

    static final String SCRIPT = """
            set -eu
            build=$1 mask=$2 directory=$3 clock=$4 faketime=$5
            shift 5
            stage() { printf '%s\\n' "$*" > /repro/out/stage; }
            stage unpack
            umask "$mask"
            mkdir -p "$build" "$HOME" "$TMPDIR"
            cd "$build"
            tar -xpf /repro/source.tar
            stage enter
            cd "./$directory"
            echo
            stage build
            status=0
            (
                if [ -n "$faketime" ]; then
                    export LD_PRELOAD="$faketime" FAKETIME="+$clock" NO_FAKE_STAT=1 DONT_FAKE_MONOTONIC=1
                fi
                exec "$@"
            ) < /dev/null || status=$?
            stage "built $status"
            [ "$status" = 0 ] || exit "$status"
            cd "$build"
            number=0
            while IFS= read -r output; do
                if [ -L "./$output" ]; then
                    stage "link $output"
                    exit 1
                fi
                if [ ! -f "./$output" ]; then
                    stage "missing $output"
                    find . -type f -newer /repro/source.tar > /repro/out/made || rm -f /repro/out/made
                    exit 1
                fi
                stage "copy $output"
                cat "./$output" > "/repro/out/$number"
                number=$((number + 1))
            done < /repro/outputs
            stage done
            """;

    private Driver() {}

    static List<String> argv(Surroundings around, String directory, String faketime, List<String> command) {
        var argv = new ArrayList<>(List.of("/bin/sh", PATH, around.buildPath(), around.get(dev.repro.builder.vary.Vary.UMASK), directory,
                Long.toString(around.clockOffset()), faketime));
        argv.addAll(command);
        return argv;
    }
}
