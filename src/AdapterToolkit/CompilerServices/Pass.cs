using System.ComponentModel;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// What one run of a model's <c>Forward</c> is told beside its arguments: which low-rank terms stand on which rows, what stands before the sequences at the
/// site of each attention (virtual tokens, and what caches hold), what trains, and, in a training, which rows are whose. The emitted companions of
/// <c>Forward</c> hand it down to the modules that they call, and keep it in their records for the backward pass.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Pass : IGradientSums
{
    private readonly IAdapterWeights? _adapter;
    private readonly bool _isActive;
    private readonly Dictionary<Parameter, ParameterUse>? _uses;
    private readonly CacheRun? _caches;
    private bool _isBackward;

    /// <summary>A run with an adapter's weights.</summary>
    /// <param name="adapter">The weights; null for the base alone.</param>
    internal Pass(IAdapterWeights? adapter) => _adapter = adapter;

    /// <summary>A run of a training with the adapter in use, whose gradients are summed by sequence.</summary>
    /// <param name="sequences">The sequences.</param>
    internal Pass(PassSequences sequences)
        : this(null, sequences) => _isActive = true;

    /// <summary>A run of a training with an adapter's weights, whose gradients are summed by sequence.</summary>
    /// <param name="adapter">The weights; null for the base alone.</param>
    /// <param name="sequences">The sequences.</param>
    internal Pass(IAdapterWeights? adapter, PassSequences sequences)
    {
        _adapter = adapter;
        Sequences = sequences;
        _uses = [];
    }

    /// <summary>An evaluation with the adapter in use, in which sequences continue caches.</summary>
    /// <param name="caches">The run that they are continued in.</param>
    internal Pass(CacheRun caches)
        : this() => _caches = caches;

    /// <summary>An evaluation with an adapter's weights, in which sequences continue caches.</summary>
    /// <param name="adapter">The weights; null for the base alone.</param>
    /// <param name="caches">The run that they are continued in.</param>
    internal Pass(IAdapterWeights? adapter, CacheRun caches)
        : this(adapter) => _caches = caches;

    private Pass() => _isActive = true;

    /// <summary>A run with the adapter in use: what a <c>Forward</c> does that is called by hand.</summary>
    public static Pass Active { get; } = new();

    /// <summary>The sequences whose gradients are summed by themselves; null where all rows are one sum.</summary>
    internal PassSequences? Sequences { get; }

    /// <summary>The low-rank terms of a layer's product.</summary>
    /// <param name="layer">The layer.</param>
    internal LowRankTerms TermsOf(IAdapted layer) => AdapterOf(layer)?.TermsOf(layer) ?? LowRankTerms.None;

    /// <summary>The trained copies of a frozen weight, on the rows of their adapters.</summary>
    /// <param name="module">The module that holds the weight.</param>
    /// <param name="weight">The weight.</param>
    internal TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => AdapterOf(module)?.CopiesOf(module, weight) ?? TrainedCopies.None;

    /// <summary>What stands before the sequences of the batch in an attention; null for nothing. To be asked once a run of the attention.</summary>
    /// <param name="module">The module whose attention it is.</param>
    /// <param name="site">The number of the attention in the tree; negative where the tree is not named yet.</param>
    internal AttentionPrefix? PrefixAt(IAdapted module, int site)
    {
        IReadOnlyList<VirtualTokens> tokens = TokensAt(module, site);
        if (_caches is not null)
        {
            return site >= 0
                ? new AttentionPrefix(tokens, _caches, site)
                : throw new InvalidOperationException("A sequence continues a cache, but the attentions of the model have no numbers before it is loaded.");
        }

        if (tokens.Count == 0)
            return null;
        NoteUse(tokens);
        return new AttentionPrefix(tokens, this);
    }

    /// <summary>What trains at the site of an attention: the keys and values of the virtual tokens.</summary>
    /// <param name="module">The module whose attention it is.</param>
    /// <param name="site">The number of the attention in the tree.</param>
    internal IEnumerable<Parameter> ParametersAt(IAdapted module, int site) =>
        TokensAt(module, site).SelectMany(tokens => (Parameter[])[tokens.Key, tokens.Value]);

    /// <summary>What trains of a module: the factors of its terms, and the copies of its weights.</summary>
    /// <param name="module">The module.</param>
    internal IEnumerable<Parameter> ParametersOf(IAdapted module)
    {
        foreach (LowRankFactors factors in TermsOf(module).Factors)
        {
            yield return factors.A;
            yield return factors.B;
        }

        foreach (FrozenWeight weight in module.TrainableWeights)
        {
            foreach (Parameter copy in CopiesOf(module, weight).Parameters)
                yield return copy;
        }
    }

    /// <summary>Says that a forward pass uses terms, to whose gradients the backward pass is to add as often.</summary>
    /// <param name="terms">The terms.</param>
    internal void NoteUse(LowRankTerms terms)
    {
        if (_uses is null || _isBackward)
            return;
        foreach (LowRankFactors factors in terms.Factors)
        {
            NoteUse(factors.A);
            NoteUse(factors.B);
        }
    }

    /// <summary>Says that a forward pass uses trained copies, to whose gradients the backward pass is to add as often.</summary>
    /// <param name="copies">The copies.</param>
    internal void NoteUse(TrainedCopies copies)
    {
        if (_uses is null || _isBackward)
            return;
        foreach (Parameter copy in copies.Parameters)
            NoteUse(copy);
    }

    /// <summary>Ends the forward pass: what is run from here on repeats a part of it.</summary>
    internal void BeginBackward() => _isBackward = true;

    /// <summary>
    /// Adds to a parameter's gradient over rows of a layer: over each run in turn, or, where the pass tells sequences apart, over the rows of each sequence.
    /// </summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="tensorRows">How many rows the layer's input has.</param>
    /// <param name="runs">The rows that the parameter stands on, in rising order.</param>
    /// <param name="add">Adds what some rows contribute to the accumulated gradient, in one addition.</param>
    internal void AddGradient(Parameter parameter, int tensorRows, IReadOnlyList<RowRange> runs, Action<RowRange> add) =>
        AddGradients([parameter], tensorRows, runs, (_, rows) => add(rows));

    /// <summary><see cref="AddGradient"/> for parameters to which the same rows contribute.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="tensorRows">How many rows the layer's input has.</param>
    /// <param name="runs">The rows that the parameters stand on, in rising order; those beyond the input's are left out.</param>
    /// <param name="add">
    /// Adds what some rows of a run, which is told by its place in the list, contribute to the accumulated gradients, in one addition.
    /// </param>
    internal void AddGradients(ReadOnlySpan<Parameter> parameters, int tensorRows, IReadOnlyList<RowRange> runs, Action<int, RowRange> add)
    {
        if (Sequences is not { } sequences)
        {
            AddParts(new RowRange(0, tensorRows));
            return;
        }

        foreach (PassSequence sequence in sequences.Learned)
        {
            RowRange rows = sequences.RowsOf(sequence, tensorRows);
            int parts = 0;
            foreach (RowRange run in runs)
                parts += run.And(rows).Count > 0 ? 1 : 0;
            if (parts == 0)
                continue;
            foreach (Parameter parameter in parameters)
                OpenGradient(parameter, sequence.Number, inOneAddition: parts == 1);
            AddParts(rows);
            foreach (Parameter parameter in parameters)
                CloseGradient(parameter, sequence.Number);
        }

        foreach (Parameter parameter in parameters)
            NoteContributed(parameter);

        void AddParts(RowRange rows)
        {
            for (int run = 0; run < runs.Count; run++)
            {
                if (runs[run].And(rows) is { Count: > 0 } part)
                    add(run, part);
            }
        }
    }

    /// <inheritdoc/>
    void IGradientSums.AddGradients(ReadOnlySpan<Parameter> parameters, int tensorRows, IReadOnlyList<RowRange> runs, Action<int, RowRange> add) =>
        AddGradients(parameters, tensorRows, runs, add);

    /// <summary>Ends the backward pass: parameters that it never came to are ready too.</summary>
    internal void Complete()
    {
        foreach ((Parameter parameter, ParameterUse use) in (_uses ?? []).Reverse())
        {
            if (use.Contributed < use.Count)
                NoteReady(parameter, use);
        }
    }

    /// <summary>Gives back what was kept of gradients that never became ready.</summary>
    internal void Release()
    {
        foreach (ParameterUse use in (_uses ?? []).Values)
        {
            foreach ((_, Tensor gradient) in use.TakeGradients())
                gradient.Release();
        }
    }

    private void NoteUse(IReadOnlyList<VirtualTokens> tokens)
    {
        if (_uses is null || _isBackward)
            return;
        foreach (VirtualTokens own in tokens)
        {
            NoteUse(own.Key);
            NoteUse(own.Value);
        }
    }

    private void NoteUse(Parameter parameter)
    {
        if (_uses!.TryGetValue(parameter, out ParameterUse? use))
            use.Count++;
        else
            _uses.Add(parameter, new ParameterUse());
    }

    private void OpenGradient(Parameter parameter, int sequence, bool inOneAddition)
    {
        if (_uses!.TryGetValue(parameter, out ParameterUse? use) && use.IsRepeated)
            parameter.OpenSum = use.GradientOf(parameter, sequence);
        else
            GradientSum.Open(parameter, sequence, inOneAddition);
    }

    private void CloseGradient(Parameter parameter, int sequence)
    {
        if (_uses!.TryGetValue(parameter, out ParameterUse? use) && use.IsRepeated)
            parameter.OpenSum = null;
        else
            GradientSum.Close(parameter, sequence);
    }

    private void NoteContributed(Parameter parameter)
    {
        if (_uses!.TryGetValue(parameter, out ParameterUse? use) && ++use.Contributed == use.Count)
            NoteReady(parameter, use);
    }

    private static void NoteReady(Parameter parameter, ParameterUse use)
    {
        foreach ((int sequence, Tensor gradient) in use.TakeGradients())
            GradientSum.Add(parameter, sequence, gradient);
        parameter.NoteGradientReady();
    }

    private IReadOnlyList<VirtualTokens> TokensAt(IAdapted module, int site)
    {
        if (AdapterOf(module) is not IAttentionPrefixes prefixes)
            return [];
        if (site < 0)
            throw new InvalidOperationException("The adapter has virtual tokens, but the attentions of the model have no numbers before it is loaded.");
        return prefixes.At(site);
    }

    private IAdapterWeights? AdapterOf(IAdapted module) => _isActive ? module.AdapterWeights : _adapter;
}
