# needs: command git
# leftovers: ignore
# timeout: 180
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' GIT_PAGER=cat
git init -q -b main repo; cd repo
git config merge.conflictStyle merge; git config advice.detachedHead false
mkdir -p src/lib; for i in 1 2 3 4 5; do echo "file $i" > src/lib/f$i; done; ln -s lib/f1 src/link; echo '#!/bin/sh' > run.sh; chmod +x run.sh
git status --short; git add -A; git status --short; git commit -qm first; git log --oneline --stat
echo more >> src/lib/f2; git diff --stat; git stash -q; git status --short; git stash pop -q; git status --short; git commit -qam second
git checkout -q -b feature HEAD~1; echo feature > feature; git add feature; git commit -qm feature; git mv src/lib/f3 src/moved; git commit -qm moved
git checkout -q main; git merge -q --no-edit feature; ls src src/lib; git log --oneline --graph | cat
git checkout -q -b conflict HEAD~1; echo theirs > src/lib/f1; git commit -qam theirs; git checkout -q main; echo ours > src/lib/f1; git commit -qam ours
git merge conflict; cat src/lib/f1; git merge --abort; git status --short; git rebase -q conflict; echo "rebase $?"; git rebase --abort; git status --short
git tag v1; git branch -a; git rev-parse HEAD v1; git cat-file -p HEAD^{tree}; git ls-files -s
git rm -q src/lib/f5; git reset -q --hard; ls src/lib; git clean -fdq; rm -r src; git checkout -q -- .; git status --short; git grep -c file
for i in $(seq 60); do echo "$i" > "n$i"; done; git add .; git commit -qm many; git gc -q; git fsync 2> /dev/null; git fsck --strict; git count-objects -v | grep -E 'count|packs|garbage'
cd ..; git clone -q repo clone; cd clone; git log --oneline | wc -l; git status --short; echo x > new; git add new; git commit -qm new; git push -q origin HEAD:pushed; git -C ../repo branch
git worktree add -q ../tree pushed; ls ../tree | wc -l; git worktree list | wc -l; git bundle create -q ../b.bundle HEAD; git bundle verify -q ../b.bundle && echo bundle
git clone -q --bare ../repo ../bare.git; git -C ../bare.git rev-parse HEAD; git archive HEAD | tar t | wc -l
git diff HEAD~1 | git apply -R --check && echo applies; git bisect start -q HEAD HEAD~3 > /dev/null; git bisect run sh -c 'test ! -e n5' | tail -1; git bisect reset -q 2> /dev/null
git submodule add -q ../repo sub 2>&1 | sed 's/.*not allowed.*/file transport refused/' | head -1
