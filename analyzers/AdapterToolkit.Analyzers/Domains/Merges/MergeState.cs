using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Which objects were merged at one point of a program, what variables, members and collections hold there, and which conditions hold.
/// </summary>
internal sealed class MergeState : IEquatable<MergeState>
{
    /// <summary>Nothing was merged.</summary>
    public static readonly MergeState Empty = new(
        ImmutableDictionary<ObjectPath, ObjectPath>.Empty,
        ImmutableDictionary<ObjectPath, FunctionValue?>.Empty,
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>>.Empty,
        ImmutableDictionary<ObjectPath, MergeFact>.Empty,
        ImmutableDictionary<Condition, Truth>.Empty,
        []);

    private readonly ImmutableDictionary<ObjectPath, ObjectPath> _objects;
    private readonly ImmutableDictionary<ObjectPath, FunctionValue?> _functions;
    private readonly ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> _contents;
    private readonly ImmutableDictionary<ObjectPath, MergeFact> _merges;
    private readonly ImmutableDictionary<Condition, Truth> _conditions;
    private readonly ImmutableHashSet<Branch> _branches;

    private MergeState(
        ImmutableDictionary<ObjectPath, ObjectPath> objects,
        ImmutableDictionary<ObjectPath, FunctionValue?> functions,
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> contents,
        ImmutableDictionary<ObjectPath, MergeFact> merges,
        ImmutableDictionary<Condition, Truth> conditions,
        ImmutableHashSet<Branch> branches)
    {
        _objects = objects;
        _functions = functions;
        _contents = contents;
        _merges = merges;
        _conditions = conditions;
        _branches = branches;
    }

    /// <summary>The object that a variable or member holds: what it was given, or what it held before.</summary>
    public ObjectPath ObjectAt(ObjectPath place) => _objects.TryGetValue(place, out ObjectPath? held) ? held : place;

    /// <summary>The object that a variable or member was given; null where it was given none here.</summary>
    public ObjectPath? Given(ObjectPath place) => _objects.TryGetValue(place, out ObjectPath? held) ? held : null;

    /// <summary>What a delegate in a variable or member calls; null where that is not known.</summary>
    public FunctionValue? FunctionAt(ObjectPath place) => _functions.TryGetValue(place, out FunctionValue? function) ? function : null;

    /// <summary>Whether a variable or member was given a delegate here.</summary>
    public bool WasGivenFunction(ObjectPath place) => _functions.ContainsKey(place);

    /// <summary>The elements of a collection, in their order; the default where they are not known.</summary>
    public ImmutableArray<ObjectPath> ContentsOf(ObjectPath collection) =>
        _contents.TryGetValue(collection, out ImmutableArray<ObjectPath> elements) ? elements : default;

    /// <summary>Lets a variable or member hold an object.</summary>
    public MergeState Hold(ObjectPath place, ObjectPath held) => place.Equals(held) ? Release(place) : With(objects: _objects.SetItem(place, held));

    /// <summary>Lets a variable or member hold what it held first.</summary>
    public MergeState Release(ObjectPath place) => _objects.ContainsKey(place) ? With(objects: _objects.Remove(place)) : this;

    /// <summary>Lets a variable or member hold a delegate; null for one that calls what is not known.</summary>
    public MergeState Hold(ObjectPath place, FunctionValue? function) => With(functions: _functions.SetItem(place, function));

    /// <summary>Lets a variable or member hold what is known of the object that it holds.</summary>
    public MergeState ReleaseFunction(ObjectPath place) => _functions.ContainsKey(place) ? With(functions: _functions.Remove(place)) : this;

    /// <summary>Lets a collection hold elements; the default where they are not known.</summary>
    public MergeState Fill(ObjectPath collection, ImmutableArray<ObjectPath> elements) => With(contents: _contents.SetItem(collection, elements));

    /// <summary>Whether a condition is known not to hold, as another one does.</summary>
    public bool Excludes(Condition condition) => _conditions.Any(known => known.Value == Truth.Holds && known.Key.Excludes(condition));

    /// <summary>Nothing is known about an object and what it holds: it was not seen before. What held the last one of its path holds that one still.</summary>
    public MergeState New(ObjectPath path)
    {
        if (!Names(path))
            return Change(path, isNeverTheSame: true);
        ObjectPath[] holders = [.. _objects.Where(entry => entry.Value.IsOrIsWithin(path)).Select(entry => entry.Key)];
        MergeState state = new(
            _objects.SetItems(holders.Select(place => new KeyValuePair<ObjectPath, ObjectPath>(place, ObjectPath.JoinedOf(place))))
                .RemoveRange(_objects.Keys.Where(place => place.IsOrIsWithin(path))),
            _functions.RemoveRange(_functions.Keys.Where(place => place.IsOrIsWithin(path))),
            _contents.RemoveRange(_contents.Keys.Where(collection => collection.IsOrIsWithin(path)))
                .SetItems(_contents.Where(entry => !entry.Key.IsOrIsWithin(path) && HoldAny(entry.Value, path))
                    .Select(entry => new KeyValuePair<ObjectPath, ImmutableArray<ObjectPath>>(entry.Key, default))),
            _merges.RemoveRange(_merges.Keys.Where(merged => merged.IsOrIsWithin(path))),
            _conditions,
            _branches);
        return state.Change(path, isNeverTheSame: true);
    }

    /// <summary>Nothing is known about what some members and elements hold: it may be something else than before.</summary>
    /// <param name="isRenewed">Tells which.</param>
    public MergeState Renew(Func<ObjectPath, bool> isRenewed)
    {
        MergeState state = this;
        foreach (ObjectPath place in Places().Where(isRenewed))
            state = state.New(place);
        return state;
    }

    /// <summary>The members and elements about which something is known, and those that lead to them.</summary>
    public IEnumerable<ObjectPath> Places() => _objects.Keys.Concat(_objects.Values).Concat(_merges.Keys)
        .SelectMany(path => path.SelfAndHolders())
        .Where(path => path.Kind is PathStepKind.Member or PathStepKind.At or PathStepKind.AtVariable or PathStepKind.Selected)
        .Distinct();

    /// <summary>Lets the objects that an object holds, and that its class makes, be known as its members: each object has its own.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="isOwn">Whether an object is made by its class.</param>
    public MergeState ReleaseOwn(ObjectPath owner, Func<ObjectPath, bool> isOwn)
    {
        MergeState state = this;
        foreach (ObjectPath place in _objects.Keys.Where(place => place.IsOrIsWithin(owner)))
        {
            if (state.Given(place) is { } held && isOwn(held))
                state = held.Kind == PathStepKind.Made ? state.Release(place).Move(held, place) : state.Release(place);
        }

        return state;
    }

    /// <summary>The merge that reached an object: its own, that of what holds it, or that of one of its parts; null for none.</summary>
    /// <param name="path">The object.</param>
    /// <param name="isElement">Whether it is one of several elements, for each of which the same is done.</param>
    public MergeFact? MergeOf(ObjectPath path, bool isElement = false)
    {
        isElement |= path.SelfAndHolders().Any(part => part.Kind == PathStepKind.Iteration);
        if (_merges.TryGetValue(path, out MergeFact? own))
            return own.IsMerge && IsKnownToHappen(own) && !(isElement && IsOfOthers(own)) ? own : null;
        MergeFact? found = null;
        foreach (KeyValuePair<ObjectPath, MergeFact> merge in _merges)
        {
            if (merge.Value.IsMerge && IsKnownToHappen(merge.Value) && ObjectPath.Overlap(path, merge.Key)
                && !(isElement && merge.Key.IsOfSome && IsOfOthers(merge.Value)))
                found = found is null ? merge.Value : MergeFact.Join(found, merge.Value);
        }

        return found;
    }

    /// <summary>Notes a merge.</summary>
    public MergeState Merge(ObjectPath path, MergeKind kind, SyntaxNode? place) =>
        With(merges: _merges.SetItem(path, new MergeFact(kind, _conditions, place, _branches)));

    /// <summary>Forgets the merges of an object, of its parts, and of what holds it.</summary>
    public MergeState Forget(ObjectPath path) =>
        With(merges: _merges.RemoveRange(_merges.Keys.Where(merged =>
            ObjectPath.Overlap(merged, path) || (merged.IsOfSome && ObjectPath.OverlapInSome(merged, path)))));

    /// <summary>What some members of an object hold, and those of what they hold, and nothing else.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="isKept">Whether a member is one of them.</param>
    /// <param name="isUnchanged">Whether the collection that a member holds keeps its elements.</param>
    public MergeState MembersOf(ObjectPath owner, Func<ISymbol, bool> isKept, Func<ISymbol, bool> isUnchanged)
    {
        HashSet<ObjectPath> owners = [owner];
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> contents = Empty._contents;
        Stack<ObjectPath> rest = new(owners);
        while (rest.Count > 0)
        {
            ObjectPath current = rest.Pop();
            foreach (KeyValuePair<ObjectPath, ObjectPath> entry in _objects.Where(entry => current.Equals(entry.Key.Holder) && IsKept(entry.Key)))
            {
                bool isWhole = ContentsOf(entry.Value) is { IsDefault: false } && isUnchanged(entry.Key.Symbol!);
                ImmutableArray<ObjectPath> elements = ContentsOf(entry.Value);
                if (isWhole)
                    contents = contents.SetItem(entry.Value, elements);
                foreach (ObjectPath held in isWhole ? elements.Add(entry.Value) : [entry.Value])
                {
                    if (held.Kind == PathStepKind.Made && owners.Add(held))
                        rest.Push(held);
                }
            }
        }

        return new(
            _objects.RemoveRange(_objects.Keys.Where(place => !IsKept(place))),
            _functions.RemoveRange(_functions.Keys.Where(place => !IsKept(place) && !owners.Contains(place))),
            contents, Empty._merges, Empty._conditions, Empty._branches);

        bool IsKept(ObjectPath place) =>
            place is { Kind: PathStepKind.Member, Symbol: { } member, Holder: { } holder } && owners.Contains(holder) && isKept(member);
    }

    /// <summary>Whether a member of an object holds another one.</summary>
    public bool Holds(ObjectPath owner, ObjectPath held) => _objects.Any(entry => owner.Equals(entry.Key.Holder) && held.Equals(entry.Value));

    /// <summary>The program asked about the adapter of an object: it is taken to know about the merges of what it is a part of as well.</summary>
    public MergeState Ask(ObjectPath path)
    {
        MergeFact asked = new(MergeKind.Asked, _conditions, null, _branches);
        ImmutableDictionary<ObjectPath, MergeFact> merges = _merges.SetItem(path, asked);
        foreach (ObjectPath holder in _merges.Keys.Where(path.IsOrIsWithin))
            merges = merges.SetItem(holder, asked);
        return With(merges: merges);
    }

    /// <summary>Lets the object at a path, and its parts, be found at another one.</summary>
    public MergeState Move(ObjectPath from, ObjectPath to)
    {
        MergeState state = New(to);
        return new(
            Moved(state._objects, held => held.Moved(from, to)),
            Moved(state._functions, function => function),
            Moved(state._contents, elements => elements.IsDefault ? elements : [.. elements.Select(element => element.Moved(from, to))]),
            Moved(state._merges, merge => merge),
            state._conditions,
            state._branches);

        ImmutableDictionary<ObjectPath, T> Moved<T>(ImmutableDictionary<ObjectPath, T> known, Func<T, T> change) =>
            ImmutableDictionary<ObjectPath, T>.Empty.SetItems(
                known.Select(entry => new KeyValuePair<ObjectPath, T>(entry.Key.Moved(from, to), change(entry.Value))));
    }

    /// <summary>Takes a condition to hold, or not to: merges that happened under the contrary did not happen.</summary>
    public MergeState Assume(Condition condition, bool holds)
    {
        ImmutableDictionary<ObjectPath, MergeFact> merges =
            _merges.RemoveRange(_merges.Where(merge => merge.Value.Conditions.Any(IsContrary)).Select(merge => merge.Key));
        return With(merges: merges, conditions: _conditions.SetItem(condition, Of(holds)));

        bool IsContrary(KeyValuePair<Condition, Truth> held) => held.Key == condition
            ? holds ? (held.Value & Truth.Holds) == 0 : held.Value == Truth.Holds
            : holds && held.Value == Truth.Holds && held.Key.Excludes(condition);
    }

    /// <summary>Forgets what was known by conditions on a variable or member that changes.</summary>
    /// <param name="place">The variable or member.</param>
    /// <param name="isNeverTheSame">Whether its value is one that it did not have before: it equals no more what it equalled.</param>
    public MergeState Change(ObjectPath place, bool isNeverTheSame = false)
    {
        MergeState state = Changed(conditions =>
        {
            foreach (KeyValuePair<Condition, Truth> condition in conditions)
            {
                if (condition.Key.DependsOn(place))
                    conditions = isNeverTheSame && condition.Key.Compares(place) && (condition.Value & Truth.Fails) == 0
                        ? conditions.SetItem(condition.Key, Truth.Passed)
                        : conditions.Remove(condition.Key);
            }

            return conditions;
        });
        return place is { IsVariable: true, Symbol: { } index } ? state.WithoutElementsAt(index) : state;
    }

    /// <summary>A loop over a sequence whose elements are known starts.</summary>
    public MergeState StartLoop(ObjectPath sequence) => OnTurns(turns => turns.SetItem(sequence, Turns.BeforeFirst));

    /// <summary>What a loop did with one element after the other is done with the elements.</summary>
    public MergeState LeaveLoop(ObjectPath sequence) => sequence.Iteration() is { } any
        ? WithMergesAt(
            part => part is { Kind: PathStepKind.Iteration, Place: not null } && sequence.Equals(part.Holder), (merged, element) => merged.Moved(element, any))
        : this;

    /// <summary>A call takes another element; what was done with the one before is done with one that was taken.</summary>
    public MergeState Take(ObjectPath taken) => taken.Holder?.Taken() is { } any
        ? WithMergesAt(taken.Equals, (merged, _) => merged.Moved(taken, any)).New(taken)
        : New(taken);

    /// <summary>Control flow goes one way at a condition.</summary>
    public MergeState Go(Branch branch) =>
        With(branches: _branches.Remove(branch with { Holds = !branch.Holds }).Add(branch));

    /// <summary>
    /// Forgets the merges from before a call that are known behind one of its results and not behind the other: what was merged may have been replaced.
    /// </summary>
    public MergeState KeptByBoth(MergeState before, MergeState one, MergeState other) => With(merges: _merges.RemoveRange(
        _merges.Keys.Where(merged => before._merges.ContainsKey(merged) && one._merges.ContainsKey(merged) != other._merges.ContainsKey(merged))));

    /// <summary>Whether something is known about parts of an object, or the elements of a collection.</summary>
    public bool KnowsPartsOf(ObjectPath whole) => !ContentsOf(whole).IsDefault
        || _merges.Keys.Concat(_objects.Keys).Any(path => path.Holder?.IsOrIsWithin(whole) == true);

    /// <summary>Forgets the merges of elements of which it is not known which they are.</summary>
    public MergeState ForgetSome() => With(merges: _merges.RemoveRange(_merges.Keys.Where(merged => merged.IsOfSome)));

    /// <summary>Forgets the merges that can be taken back: which of them are is not known.</summary>
    public MergeState ForgetReversible() => Without(merge => merge.Kind is MergeKind.Reversible or MergeKind.Either);

    /// <summary>A loop goes on to the next element.</summary>
    public MergeState NextTurn(ObjectPath sequence) =>
        OnTurns(turns => turns.TryGetValue(sequence, out Turns known) ? turns.SetItem(sequence, known.Next) : turns);

    /// <summary>A loop is at one element: merges that had not happened then, or were taken back, are forgotten.</summary>
    public MergeState AtTurn(ObjectPath sequence, Turns turn) =>
        Without(merge => merge.Turns.TryGetValue(sequence, out Turns known) && !turn.AreIn(known)).OnTurns(turns => turns.SetItem(sequence, turn));

    /// <summary>A loop is behind what it does for one element.</summary>
    public MergeState BehindTurn(ObjectPath sequence, Turns turn) => OnTurns(turns => turns.SetItem(sequence, turn));

    /// <summary>A loop has gone through all elements.</summary>
    public MergeState EndLoop(ObjectPath sequence, Turns last) =>
        Without(merge => merge.Turns.TryGetValue(sequence, out Turns known) && !last.AreIn(known)).OnTurns(turns => turns.Remove(sequence));

    /// <summary>A truth value is known from here on, whatever happened before.</summary>
    public MergeState Know(ObjectPath place, bool value) => Know(new Condition(new PlaceTerm(place)), value);

    /// <summary>A condition holds from here on, or does not.</summary>
    public MergeState Know(Condition condition, bool holds) => Changed(conditions => conditions.SetItem(condition, Of(holds)));

    /// <summary>Another place is given what a variable or member holds: what is known of the one is known of the other.</summary>
    public MergeState Copy(ObjectPath place, ObjectPath other) => Changed(conditions =>
    {
        foreach (KeyValuePair<Condition, Truth> known in conditions)
        {
            if (known.Key is { Subject: PlaceTerm { Place: var subject }, Equal: null or { IsConstant: true } } && subject.Equals(place))
                conditions = conditions.SetItem(known.Key with { Subject = new PlaceTerm(other) }, known.Value);
        }

        return conditions;
    });

    /// <summary>The join of two states: what may hold where control flow joins.</summary>
    public static MergeState Join(MergeState left, MergeState right)
    {
        if (ReferenceEquals(left, right))
            return left;
        ImmutableDictionary<ObjectPath, ObjectPath> objects = left._objects;
        foreach (ObjectPath place in left._objects.Keys.Concat(right._objects.Keys))
        {
            ObjectPath? one = left.Given(place), other = right.Given(place);
            if (Equals(one, other))
                continue;
            if (place is { IsVariable: true, Symbol: IParameterSymbol })
                objects = objects.SetItem(place, ObjectPath.JoinedOf(place));
            else if (place.IsVariable)
                objects = objects.SetItem(place, one is null ? other! : other is null ? one : ObjectPath.JoinedOf(place));
            else
                objects = objects.Remove(place);
        }

        ImmutableDictionary<ObjectPath, FunctionValue?> functions = left._functions;
        foreach (ObjectPath place in left._functions.Keys.Concat(right._functions.Keys))
            functions = functions.SetItem(place, JoinFunctions(place, left, right));
        ImmutableDictionary<ObjectPath, MergeFact> merges = left._merges;
        foreach (KeyValuePair<ObjectPath, MergeFact> entry in right._merges)
            merges = merges.SetItem(entry.Key, merges.TryGetValue(entry.Key, out MergeFact? known) ? MergeFact.Join(known, entry.Value) : entry.Value);
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> contents = left._contents;
        foreach (KeyValuePair<ObjectPath, ImmutableArray<ObjectPath>> entry in right._contents)
        {
            if (!contents.TryGetValue(entry.Key, out ImmutableArray<ObjectPath> known))
                contents = contents.Add(entry.Key, entry.Value);
            else if (!AreSame(known, entry.Value))
                contents = contents.SetItem(entry.Key, default);
        }

        return new(
            objects, functions, contents, merges, Truths.Common(left._conditions, right._conditions), left._branches.Intersect(right._branches));
    }

    /// <summary>The join of the states behind the methods of several classes, one of which runs: what each of them leaves, and what one alone did.</summary>
    public static MergeState JoinTargets(IReadOnlyList<MergeState> states)
    {
        MergeState joined = states.Aggregate(Join);
        ImmutableDictionary<ObjectPath, MergeFact> merges = joined._merges;
        foreach (KeyValuePair<ObjectPath, MergeFact> merge in joined._merges)
        {
            bool isLeftByAll = states.All(state => state._merges.ContainsKey(merge.Key));
            if (!isLeftByAll && !merge.Value.Conditions.Keys.Any(condition => condition.Equal is TypeTerm))
                merges = merges.Remove(merge.Key);
            else if (states.Any(state => state._merges.TryGetValue(merge.Key, out MergeFact? fact) && fact.Kind == MergeKind.Asked))
                merges = merges.SetItem(merge.Key, merge.Value with { Kind = MergeKind.Asked });
        }

        return joined.With(merges: merges);
    }

    /// <inheritdoc/>
    public bool Equals(MergeState? other) =>
        other is not null && (ReferenceEquals(this, other)
            || (Truths.AreEqual(_objects, other._objects) && Truths.AreEqual(_functions, other._functions) && AreEqual(_contents, other._contents)
                && Truths.AreEqual(_merges, other._merges) && Truths.AreEqual(_conditions, other._conditions)
                && _branches.SetEquals(other._branches)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MergeState);

    /// <inheritdoc/>
    public override int GetHashCode() => _merges.Count;

    /// <summary>A merge by the method of one class tells nothing where the object may be of another.</summary>
    private bool IsKnownToHappen(MergeFact merge) => merge.Conditions.All(condition =>
        condition.Key.Equal is not TypeTerm || (_conditions.TryGetValue(condition.Key, out Truth truth) && truth == Truth.Holds));

    /// <summary>Whether a merge was of elements of one kind, where control flow has come to those of another: each has a branch of its own.</summary>
    private bool IsOfOthers(MergeFact merge) => !merge.Branches.IsSubsetOf(_branches) && !_branches.IsSubsetOf(merge.Branches);

    /// <summary>Lets the merges of one part of a path be known as those of another.</summary>
    private MergeState WithMergesAt(Func<ObjectPath, bool> isPart, Func<ObjectPath, ObjectPath, ObjectPath?> move)
    {
        ImmutableDictionary<ObjectPath, MergeFact> merges = _merges;
        foreach (KeyValuePair<ObjectPath, MergeFact> merge in _merges)
        {
            if (merge.Key.SelfAndHolders().FirstOrDefault(isPart) is not { } part)
                continue;
            merges = merges.Remove(merge.Key);
            if (move(merge.Key, part) is { } key)
                merges = merges.SetItem(key, merges.TryGetValue(key, out MergeFact? known) ? MergeFact.Join(known, merge.Value) : merge.Value);
        }

        return With(merges: merges);
    }

    private MergeState Changed(Func<ImmutableDictionary<Condition, Truth>, ImmutableDictionary<Condition, Truth>> change)
    {
        ImmutableDictionary<ObjectPath, MergeFact> merges = _merges;
        foreach (KeyValuePair<ObjectPath, MergeFact> merge in _merges)
        {
            ImmutableDictionary<Condition, Truth> conditions = change(merge.Value.Conditions);
            if (!ReferenceEquals(conditions, merge.Value.Conditions))
                merges = merges.SetItem(merge.Key, merge.Value with { Conditions = conditions });
        }

        ImmutableDictionary<Condition, Truth> own = change(_conditions);
        return ReferenceEquals(merges, _merges) && ReferenceEquals(own, _conditions) ? this : With(merges: merges, conditions: own);
    }

    /// <summary>Whether something is known of an object, or of what it holds, or something holds it.</summary>
    private bool Names(ObjectPath path)
    {
        foreach (KeyValuePair<ObjectPath, ObjectPath> entry in _objects)
        {
            if (entry.Key.IsOrIsWithin(path) || entry.Value.IsOrIsWithin(path))
                return true;
        }

        foreach (KeyValuePair<ObjectPath, ImmutableArray<ObjectPath>> entry in _contents)
        {
            if (entry.Key.IsOrIsWithin(path) || HoldAny(entry.Value, path))
                return true;
        }

        return AnyKey(_functions, path) || AnyKey(_merges, path);

        static bool AnyKey<T>(ImmutableDictionary<ObjectPath, T> known, ObjectPath path)
        {
            foreach (KeyValuePair<ObjectPath, T> entry in known)
            {
                if (entry.Key.IsOrIsWithin(path))
                    return true;
            }

            return false;
        }
    }

    private bool NamesElementsAt(ISymbol index) => _objects.Any(entry => entry.Key.IsAt(index) || entry.Value.IsAt(index))
        || _functions.Keys.Any(place => place.IsAt(index)) || _merges.Keys.Any(merged => merged.IsAt(index));

    private MergeState Without(Func<MergeFact, bool> isForgotten) =>
        With(merges: _merges.RemoveRange(_merges.Where(merge => isForgotten(merge.Value)).Select(merge => merge.Key)));

    private MergeState OnTurns(Func<ImmutableDictionary<ObjectPath, Turns>, ImmutableDictionary<ObjectPath, Turns>> change) =>
        With(merges: _merges.SetItems(_merges.Select(merge =>
            new KeyValuePair<ObjectPath, MergeFact>(merge.Key, merge.Value with { Turns = change(merge.Value.Turns) }))));

    /// <summary>The index of elements changes: what was done with the one that it was at is done with one of them.</summary>
    private MergeState WithoutElementsAt(ISymbol index) => !NamesElementsAt(index) ? this : new MergeState(
        _objects.RemoveRange(_objects.Where(entry => entry.Key.IsAt(index)).Select(entry => entry.Key))
            .SetItems(_objects.Where(entry => !entry.Key.IsAt(index) && entry.Value.IsAt(index))
                .Select(entry => new KeyValuePair<ObjectPath, ObjectPath>(entry.Key, ObjectPath.JoinedOf(entry.Key)))),
        _functions.RemoveRange(_functions.Keys.Where(place => place.IsAt(index))),
        _contents,
        _merges,
        _conditions,
        _branches).WithMergesAt(
            part => part.IsAt(index) && part.Holder?.IsAt(index) != true,
            (merged, element) => element.Holder?.Elements()?.Iteration() is { } any ? merged.Moved(element, any) : null);

    private MergeState With(
        ImmutableDictionary<ObjectPath, ObjectPath>? objects = null,
        ImmutableDictionary<ObjectPath, FunctionValue?>? functions = null,
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>>? contents = null,
        ImmutableDictionary<ObjectPath, MergeFact>? merges = null,
        ImmutableDictionary<Condition, Truth>? conditions = null,
        ImmutableHashSet<Branch>? branches = null) =>
        new(objects ?? _objects, functions ?? _functions, contents ?? _contents, merges ?? _merges, conditions ?? _conditions, branches ?? _branches);

    private static FunctionValue? JoinFunctions(ObjectPath place, MergeState left, MergeState right)
    {
        bool isLeft = left._functions.TryGetValue(place, out FunctionValue? one), isRight = right._functions.TryGetValue(place, out FunctionValue? other);
        if (place.IsVariable && isLeft != isRight)
            return isLeft ? one : other;
        one = isLeft ? one : FunctionValue.None;
        other = isRight ? other : FunctionValue.None;
        return one is not null && other is not null ? FunctionValue.Join(one, other) : null;
    }

    private static Truth Of(bool holds) => holds ? Truth.Holds : Truth.Fails;

    private static bool AreEqual(
        ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> left, ImmutableDictionary<ObjectPath, ImmutableArray<ObjectPath>> right) =>
        ReferenceEquals(left, right)
            || (left.Count == right.Count
                && left.All(entry => right.TryGetValue(entry.Key, out ImmutableArray<ObjectPath> elements) && AreSame(elements, entry.Value)));

    private static bool AreSame(ImmutableArray<ObjectPath> left, ImmutableArray<ObjectPath> right) =>
        left.IsDefault || right.IsDefault ? left.IsDefault == right.IsDefault : left.SequenceEqual(right);

    private static bool HoldAny(ImmutableArray<ObjectPath> elements, ObjectPath path) =>
        !elements.IsDefault && elements.Any(element => element.IsOrIsWithin(path));
}
