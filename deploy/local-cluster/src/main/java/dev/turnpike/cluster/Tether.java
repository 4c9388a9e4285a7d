package dev.turnpike.cluster;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The main class of a child process that must not outlive its parent: runs another main class and exits when standard
 * input ends, which the operating system brings about when the parent dies, even of a kill. Before it begins it waits
 * until a predecessor that is still exiting has let go of their common folder.
 */
final class Tether {

    private Tether() {}

    /**
     * Runs a main class on a tether.
     *
     * @param args the lock file of the folder, the main class, and its arguments
     */
    // the lock is held until this process ends
    @SuppressWarnings("resource")
    public static void main(String[] args) throws Exception {
        // a terminal sends these to parent and child alike, but only the parent knows when the child is done
        ignore("INT");
        ignore("HUP");
        Thread tether = new Thread(Tether::exitWithParent, "tether");
        tether.setDaemon(true);
        tether.start();
        FileChannel.open(Path.of(args[0]), CREATE, WRITE).lock();
        String[] more = Arrays.copyOfRange(args, 2, args.length);
        Method main = Class.forName(args[1]).getMethod("main", String[].class);
        // like the launcher, which asks for a public method only
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) more);
        } catch (InvocationTargetException e) {
            // threads that it has started would keep the process: nobody could tell that it does nothing
            e.getTargetException().printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    // by reflection, because the compiler warns of this API and leaves no way to say that it is meant
    private static void ignore(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object named = signal.getConstructor(String.class).newInstance(name);
            Object ignoring = handler.getField("SIG_IGN").get(null);
            signal.getMethod("handle", signal, handler).invoke(null, named, ignoring);
        } catch (ReflectiveOperationException e) {
            // this system has no such signal
        }
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                // whatever the parent says, only its end matters
            }
        } catch (IOException e) {
            // as good as the end
        }
        System.exit(0);
    }
}
