package dev.turnpike.cluster;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The right to use a data folder; the operating system takes it back when this process ends, however it ends. */
final class FolderLock implements AutoCloseable {

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock and creates the folder if there is none.
     *
     * @throws ClusterException if the folder is in use or cannot be written
     */
    static FolderLock take(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(folder.resolve("in-use.lock"), CREATE, WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new ClusterException(folder
                        + ": this data folder is in use: stop the process that uses it or choose another folder");
            }
            return new FolderLock(channel);
        } catch (IOException e) {
            throw new ClusterException(folder + ": this data folder cannot be written (" + e + "): choose another", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException inThisProcess) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is buffered in this channel, and the lock is gone either way
            throw new ClusterException("closing a folder lock failed", e);
        }
    }
}
