// What a person can do about a failed write.
import { UserError } from '../errors';

/** A UserError that says so; the error itself where they can't do anything. */
export function writeError(path: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const reasons: Record<string, string> = {
    ENOSPC: 'no space is left on the disk; free some and run it again',
    EDQUOT: 'the disk quota is used up; free some space and run it again',
    EACCES: 'there is no permission to write there; name another folder',
    EPERM: 'there is no permission to write there; name another folder',
    ENOENT: 'no folder can be made there; name another',
    EROFS: 'the file system is read-only; name another folder',
    ENOTEMPTY: 'the folder is not empty; name another',
    EEXIST: 'a file of that name is in the way; name another folder',
    EIO: 'the disk fails there; name another folder',
    ENAMETOOLONG: 'the name is too long; choose another',
    EINVAL: 'no such name can be written there; choose another',
    ENOTDIR: 'a file of that name is in the way; name another folder',
  };
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = reasons[code];
  return reason === undefined ? error : new UserError(`cannot write ${path}: ${reason} (${code})`);
}
