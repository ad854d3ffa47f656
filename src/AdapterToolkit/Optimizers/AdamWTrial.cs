using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Optimizers;

/// <summary>A step of <see cref="AdamW"/> that can be taken back: a copy of all that it changes.</summary>
internal sealed class AdamWTrial
{
    private readonly List<(Parameter Parameter, AdamWState State)> _updated;
    private readonly List<(Tensor Value, float[] Before, Action PutMomentsBack)> _copies;

    /// <summary>Copies parameters and moments to the host.</summary>
    /// <param name="parameters">The parameters that the step will change.</param>
    /// <param name="states">Their moments.</param>
    internal AdamWTrial(IEnumerable<Parameter> parameters, IReadOnlyDictionary<Parameter, AdamWState> states)
    {
        _updated = [.. parameters.Select(parameter => (parameter, states[parameter]))];
        _copies = [.. _updated.Select(updated => (updated.Parameter.Value, updated.Parameter.Value.ToArray(), updated.State.Copy()))];
    }

    /// <summary>Looks for a number that the step has made infinite or not a number.</summary>
    /// <param name="largestFirstMoment">The largest magnitude of a first moment.</param>
    /// <returns>The first such number; null where all are finite.</returns>
    internal NotFiniteNumber? FindNotFinite(out double largestFirstMoment)
    {
        largestFirstMoment = 0;
        foreach ((Parameter parameter, AdamWState state) in _updated)
        {
            float[] first = state.FirstMagnitudes.ToArray();
            foreach (float[] numbers in (float[][])[parameter.Value.ToArray(), first, state.SecondMagnitudes.ToArray()])
            {
                if (!FiniteNumbers.AreAll(numbers))
                    return new NotFiniteNumber(parameter.Name, numbers.First(number => !float.IsFinite(number)));
            }

            foreach (float number in first)
                largestFirstMoment = Math.Max(largestFirstMoment, Math.Abs(number));
        }

        return null;
    }

    /// <summary>Puts everything back as it was before the step.</summary>
    internal void TakeBack()
    {
        foreach ((Tensor value, float[] before, Action putMomentsBack) in _copies)
        {
            value.CopyFrom(before);
            putMomentsBack();
        }

        foreach ((_, AdamWState state) in _updated)
            state.TakeBackStep();
    }
}
