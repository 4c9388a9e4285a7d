package dev.turnpike.cluster;

import dev.turnpike.schemas.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A Connect worker with one connector in a process of its own; its one argument is the connector's file, which also
 * names the folder of the worker as {@code worker.dir}.
 *
 * <p>A task that has failed is not started again by a standalone worker: the process ends, for whoever looks after it to
 * start it anew.
 */
public final class ConnectMain {

    private static final long LOOK_AGAIN_MILLIS = 500;

    private ConnectMain() {}

    public static void main(String[] args) throws Exception {
        Settings settings = Settings.load(Map.of(), Path.of(args[0]));
        Map<String, String> connector = new HashMap<>(settings.below(""));
        String dir = settings.required("worker.dir");
        connector.remove("worker.dir");
        LocalConnect connect = LocalConnect.start(settings.required("bootstrap.servers"), Path.of(dir));
        Runtime.getRuntime().addShutdownHook(new Thread(connect::close, "stop"));
        connect.deploy(connector);
        while (true) {
            Thread.sleep(LOOK_AGAIN_MILLIS);
            LocalConnect.Status status = connect.status(settings.required("name"));
            if (!status.problems().isEmpty()) {
                System.out.println("failed: " + String.join("; ", status.problems()));
                Runtime.getRuntime().halt(3);
            }
        }
    }
}
