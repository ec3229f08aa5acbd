# needs: command perl
perl - <<'P'
use strict; use warnings; use Cwd; use File::Find; use File::Copy; use File::Path; use File::Temp; use File::Spec; use Fcntl qw(:flock :seek :mode); use IO::File; use POSIX ();
$| = 1;
mkdir "d" or die; mkdir "d" or print "again: $!\n"; open(my $o, ">", "d/f") or die; print $o "line $_\n" for 1..5; close $o;
open(my $i, "+<", "d/f") or die; my @lines = <$i>; print scalar(@lines), " lines\n"; seek($i, 0, SEEK_SET); read($i, my $b, 4); print "$b\n"; truncate($i, 7); flock($i, LOCK_EX|LOCK_NB) and print "locked\n"; close $i;
my @s = stat("d/f"); printf "%o %d %d\n", $s[2], $s[3], $s[7]; print join(" ", sort glob("d/* *")), "\n"; rename "d/f", "d/g" or die; symlink "g", "d/l"; link "d/g", "d/h"; print readlink("d/l"), " ", (stat "d/l")[3], "\n";
print -l "d/l" ? "link\n" : "no\n", -e "d/missing" ? "there\n" : "missing\n", -s "d/g", "\n"; utime 1000, 2000, "d/g"; print +(stat "d/g")[9], "\n"; chmod 0600, "d/g"; printf "%04o\n", S_IMODE((stat "d/g")[2]);
opendir(my $h, "d"); print join(" ", sort readdir $h), "\n"; rewinddir $h; my $n = () = readdir $h; print "$n\n"; closedir $h; copy("d/g", "d/copy") or die; move("d/copy", "moved") or die; print -e "moved" ? "moved\n" : "lost\n";
File::Path::make_path("p/q/r"); my @found; find(sub { push @found, $File::Find::name }, "."); print join(" ", sort @found), "\n"; File::Path::remove_tree("p"); print -e "p" ? "left\n" : "gone\n";
my $t = File::Temp->new(DIR => "."); print $t "x"; close $t; print -s $t->filename, "\n"; chdir "d"; print cwd() =~ m{/d$} ? "in d\n" : "lost\n"; chdir ".."; print POSIX::access("d", POSIX::R_OK()) ? "access\n" : "";
my $pid = fork; if (!$pid) { open(my $c, ">>", "log"); print $c "child\n"; exit 3 } waitpid $pid, 0; print $? >> 8, "\n"; print `cat log`; open(my $p, "-|", "ls", "d"); print sort <$p>; close $p; system("echo sh > by-system"); print -s "by-system", "\n";
open(my $dup, ">&", \*STDOUT); open(STDOUT, ">", "captured"); print "into a file\n"; system("echo and the child"); close STDOUT; open(STDOUT, ">&", $dup); print `cat captured`; unlink glob("d/*"); rmdir "d" or print "rmdir: $!\n"; print -d "d" ? "still\n" : "removed\n"; my $u = umask 027; printf "%03o\n", umask;
sysopen(my $sy, "x", Fcntl::O_RDWR()|Fcntl::O_CREAT()|Fcntl::O_EXCL(), 0644) or die; syswrite $sy, "abc"; sysseek $sy, 1, 0; sysread $sy, $b, 9; print "$b\n"; open(my $no, "<", "missing") or print 0+$!, " $!\n";
P
perl -i.orig -pe 's/child/edited/' log; cat log log.orig; perl -ne 'print "$ARGV:$.: $_"' log log.orig; perl -e 'exec "sh", "-c", "exit 9"'; echo $?
