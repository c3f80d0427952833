//! The calls by which a program changes files. This program defines them itself, so that the linker takes these for the
//! standard library's and sled's calls instead of those of the C library; each asks the kernel, and records what it did.
//!
//! Syncs are recorded and not done: nobody cuts the power of the real disk.

use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_void};

use libc::{AT_FDCWD, AT_REMOVEDIR, mode_t, off64_t, size_t, ssize_t};
use power_cuts::Record;

use super::recorder::{Recorder, recorder};

/// What a file has done to it, if it is watched.
fn file(number: c_int) -> Option<(&'static Recorder, u64)> {
    let recorder = recorder()?;
    Some((recorder, recorder.inode(number)?))
}

/// A path below the root.
///
/// # Safety
///
/// As for [`CStr::from_ptr`].
unsafe fn path(path: *const c_char) -> Option<(&'static Recorder, String)> {
    let recorder = recorder()?;
    // SAFETY: the caller's.
    let path = unsafe { CStr::from_ptr(path) };
    Some((recorder, recorder.path(path)?))
}

/// Asks the kernel. It sets `errno` as the function does that is replaced.
macro_rules! ask {
    ($call:ident $(, $argument:expr)*) => {
        // SAFETY: the arguments are those of the function that is replaced, and its caller answers for them.
        unsafe { libc::syscall(libc::$call $(, $argument)*) }
    };
}

fn written(inode: u64, offset: u64, bytes: &[u8]) -> Record {
    let is_zero = bytes.first() == Some(&0) && bytes[1..] == bytes[..bytes.len() - 1];
    match is_zero {
        true => Record::Zeros { inode, offset, length: bytes.len() as u64 },
        false => Record::Write { inode, offset, bytes: bytes.to_vec() },
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(number: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let Some((recorder, inode)) = file(number) else { return ask!(SYS_write, number, bytes, count) as ssize_t };
    let mut turn = recorder.turn();
    let offset = ask!(SYS_lseek, number, 0 as c_long, libc::SEEK_CUR);
    let done = ask!(SYS_write, number, bytes, count);
    if done > 0 {
        // SAFETY: the kernel has read so many bytes from there.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), done as usize) };
        turn.record(&written(inode, offset as u64, bytes));
    }
    done as ssize_t
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(number: c_int, bytes: *const c_void, count: size_t, offset: off64_t) -> ssize_t {
    let Some((recorder, inode)) = file(number) else {
        return ask!(SYS_pwrite64, number, bytes, count, offset) as ssize_t;
    };
    let mut turn = recorder.turn();
    let done = ask!(SYS_pwrite64, number, bytes, count, offset);
    if done > 0 {
        // SAFETY: the kernel has read so many bytes from there.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), done as usize) };
        turn.record(&written(inode, offset as u64, bytes));
    }
    done as ssize_t
}

/// Takes three arguments instead of a variable number: on Linux both are passed alike.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(name: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the caller's.
    let Some((recorder, path)) = (unsafe { path(name) }) else {
        return ask!(SYS_openat, AT_FDCWD, name, flags, c_uint::from(mode)) as c_int;
    };
    let mut turn = recorder.turn();
    let is_new = flags & libc::O_CREAT != 0 && ask!(SYS_faccessat, AT_FDCWD, name, libc::F_OK) != 0;
    let number = ask!(SYS_openat, AT_FDCWD, name, flags, c_uint::from(mode)) as c_int;
    if let Some(inode) = recorder.inode(number) {
        if is_new {
            turn.record(&Record::Create { path, inode });
        } else if flags & libc::O_TRUNC != 0 {
            turn.record(&Record::Resize { inode, length: 0 });
        }
    }
    number
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(number: c_int, length: off64_t) -> c_int {
    let Some((recorder, inode)) = file(number) else { return ask!(SYS_ftruncate, number, length) as c_int };
    let mut turn = recorder.turn();
    let done = ask!(SYS_ftruncate, number, length) as c_int;
    if done == 0 {
        turn.record(&Record::Resize { inode, length: length as u64 });
    }
    done
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(number: c_int) -> c_int {
    let Some((recorder, inode)) = file(number) else { return ask!(SYS_fsync, number) as c_int };
    recorder.turn().record(&Record::Sync { inode, only_data: false });
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(number: c_int) -> c_int {
    let Some((recorder, inode)) = file(number) else { return ask!(SYS_fdatasync, number) as c_int };
    recorder.turn().record(&Record::Sync { inode, only_data: true });
    0
}

/// Promises nothing, so it does nothing.
#[unsafe(no_mangle)]
extern "C" fn sync_file_range(_: c_int, _: off64_t, _: off64_t, _: c_uint) -> c_int {
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mkdir(name: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: the caller's.
    let Some((recorder, path)) = (unsafe { path(name) }) else {
        return ask!(SYS_mkdirat, AT_FDCWD, name, c_uint::from(mode)) as c_int;
    };
    let mut turn = recorder.turn();
    let done = ask!(SYS_mkdirat, AT_FDCWD, name, c_uint::from(mode)) as c_int;
    if done == 0 {
        let number = ask!(SYS_openat, AT_FDCWD, name, libc::O_RDONLY | libc::O_DIRECTORY, 0) as c_int;
        let inode = recorder.inode(number);
        ask!(SYS_close, number);
        turn.record(&Record::Directory { path, inode: inode.unwrap_or_else(|| std::process::abort()) });
    }
    done
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    let move_it = || ask!(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0) as c_int;
    // SAFETY: the caller's.
    let (Some((recorder, from)), Some((_, to))) = (unsafe { (path(old), path(new)) }) else { return move_it() };
    let mut turn = recorder.turn();
    let done = move_it();
    if done == 0 {
        turn.record(&Record::Rename { from, to });
    }
    done
}

/// # Safety
///
/// `name` is a path.
unsafe fn remove(name: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the caller's.
    let Some((recorder, path)) = (unsafe { path(name) }) else {
        return ask!(SYS_unlinkat, AT_FDCWD, name, flags) as c_int;
    };
    let mut turn = recorder.turn();
    let done = ask!(SYS_unlinkat, AT_FDCWD, name, flags) as c_int;
    if done == 0 {
        turn.record(&Record::Remove { path });
    }
    done
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(name: *const c_char) -> c_int {
    // SAFETY: the caller's.
    unsafe { remove(name, 0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rmdir(name: *const c_char) -> c_int {
    // SAFETY: the caller's.
    unsafe { remove(name, AT_REMOVEDIR) }
}
