package dev.turnpike.cluster;

import java.nio.file.Path;

/** The parent of a registry that runs until it is killed, for the tests of what becomes of the registry. */
final class RegistryProcess {

    private RegistryProcess() {}

    public static void main(String[] args) throws Exception {
        LocalRegistry registry = LocalRegistry.start(Path.of(args[0]), 0);
        System.out.println("server " + registry.pid());
        System.out.println("listening " + registry.url());
        Thread.currentThread().join();
    }
}
